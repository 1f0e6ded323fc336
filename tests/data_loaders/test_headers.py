from data_loaders.headers import columns_of, header_row, matching, normalised
from data_loaders.workbook import Sheet, address, column_letters
from settings import Header


def sheet(*rows):
    return Sheet(file="表.xlsx", name="表", cells=[list(row) for row in rows])


def paths(columns):
    return ["/".join(column.path) for column in columns]


def test_white_space_brackets_numbering_and_punctuation_do_not_count():
    assert normalised("（十一）食用菌（干鲜混合）") == "食用菌"
    assert normalised("一、年末实有茶园面积") == "年末实有茶园面积"
    assert normalised("产  量\n(吨)") == "产量"
    assert normalised("其中：采摘面积") == "其中采摘面积"


def test_a_group_header_covers_the_blank_cells_to_its_right():
    table = sheet(["乡镇", "村", "茶园", "", "产量"], ["", "", "面积(亩)", "采摘(亩)", "本月(公斤)"])

    columns = columns_of(table, 0, 2, {"亩", "公斤"})

    assert paths(columns) == ["乡镇", "村", "茶园/面积", "茶园/采摘", "产量/本月"]
    assert columns[2].units == {"亩"}


def test_a_unit_row_names_the_unit_of_its_column():
    table = sheet(["指标名称", "茶叶"], ["计算单位", "公斤"])

    assert columns_of(table, 0, 2, {"公斤"})[1].units == {"公斤"}


def test_the_same_lower_header_is_told_apart_by_the_group_above_it():
    table = sheet(["乡镇", "香菇", "", "茶叶", ""], ["", "面积", "产量", "面积", "产量"])
    columns = columns_of(table, 0, 2, set())

    assert [c.letters for c in matching(columns, "茶叶/产量")] == ["E"]
    assert [c.letters for c in matching(columns, "产量")] == ["C", "E"]


def test_the_header_row_is_found_under_titles():
    table = sheet(["茶叶台账"], ["填报单位:东山镇"], ["乡 镇", "面积"])

    assert header_row(table, Header(starts="乡镇")) == 2
    assert header_row(table, Header(starts="区县")) is None


def test_addresses_are_the_ones_excel_shows():
    assert address(16, 2) == "C17"
    assert [column_letters(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
