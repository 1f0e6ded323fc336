"""What each kind of fault is called on the screen.

In: a `kind`, as GLOSSARY.md lists them. Out: two to eight Chinese characters. A kind that is not here (an old
version's) is called 其他.
"""

from __future__ import annotations

OTHER = "其他"
KIND_NAMES: dict[str, str] = {
    # files
    "missing_source": "缺文件",
    "unreadable_file": "文件打不开",
    "encrypted_file": "文件加密",
    "foreign_file": "不是表格文件",
    "over_limit": "文件过大",
    "unsafe_path": "路径不安全",
    "nested_zip": "压缩包套压缩包",
    "same_file": "文件重复",
    "unused_file": "文件未用",
    "personal_data": "含个人信息",
    # layout
    "missing_sheet": "缺工作表",
    "missing_header": "找不到表头",
    "missing_column": "缺列",
    "ambiguous_column": "列名重复",
    "unit_mismatch": "单位不符",
    "missing_period": "缺时期",
    "missing_row_period": "行内缺时期",
    "period_conflict": "时期矛盾",
    # places
    "unknown_place": "地名对不上",
    "bad_code": "区划代码有误",
    "missing_township": "缺乡镇",
    # cells
    "error_cell": "公式错误值",
    "circular_formula": "循环引用",
    "uncalculated_formula": "公式无结果",
    "external_link": "引用外部文件",
    "long_text": "文字过长",
    "missing_value": "必填项空白",
    "not_a_number": "不是数字",
    "not_a_date": "不是日期",
    "date_imprecise": "日期不全",
    "out_of_range": "数值越界",
    "contradiction": "自相矛盾",
    "unit_in_cell": "数字带单位",
    "unknown_indicator": "指标不认识",
    "unknown_unit": "单位不认识",
    # figures
    "duplicate_figure": "重复报数",
    "duplicate_row": "重复登记",
    "total_differs": "合计不符",
    "rule_broken": "指标间矛盾",
    "outside_range": "超出范围",
    "not_whole": "应为整数",
    "falling_total": "累计数下降",
    "missing_figure": "该报未报",
    "not_in_list": "不在可选项内",
    "repeated_value": "不应重复",
    "reports_differ": "报表不一致",
    "reports_compared": "报表比对",
    "suspicious_copy": "照抄上期",
    "suspicious_same": "两地相同",
    "suspicious_uniform": "各村一样",
    "suspicious_jump": "突增突减",
    "suspicious_round": "凑整数",
    # problems, enterprises, stops
    "dates_out_of_order": "日期先后颠倒",
    "future_date": "日期在将来",
    "impossible_change": "变更次序不对",
    "unknown_step": "变更事项不认识",
    "unknown_problem": "问题编号对不上",
    "ledgers_disagree": "两本台账不一致",
    "deadline_differs": "时限与变更不符",
    "stray_deadline": "时限填错地方",
    "far_deadline": "时限过远",
    "unclear_places": "村镇对应不清",
    "several_lead_units": "牵头单位不止一个",
    "status_differs": "状态与日期不符",
    "completion_differs": "完成情况矛盾",
    "foreign_list": "别县的清单",
    "baseline_missing": "清单缺导出时表",
    "baseline_changed": "导出时表被改",
    "update_conflict": "两边都改了",
    "update_ignored": "改了不采用",
    "update_taken": "采用回填",
    "status_without_date": "状态缺日期",
    "unknown_answer": "填法不认识",
    "unknown_industry": "产业不认识",
    "unknown_enterprise": "主体不认识",
    "unknown_evidence": "佐证对不上",
    "half_position": "坐标不全",
    "outside_county": "位置不在县内",
    "outside_township": "位置不在本乡镇",
    "outside_village": "位置不在本村",
    # boundaries
    "boundary_misfit": "界线重叠或有缝",
    "bad_coordinates": "坐标有误",
    "crs_overridden": "坐标系按配置",
    "old_datum": "旧坐标系",
    "repaired_geometry": "界线已修补",
    "no_polygon": "界线不成面",
    "duplicate_place": "代码重复",
    "merged_features": "界线已合并",
    "duplicate_boundary": "界线重复",
    "unknown_boundary": "界线对不上",
    "boundary_by_name": "界线按名称对上",
    "boundary_name_differs": "界线名称与代码不一",
    "old_place": "还用旧地名或旧代码",
    "no_geometry": "没有界线",
    "restored_index": "补做索引文件",
}


def kind_name(kind: str) -> str:
    """The kind's name on the screen."""
    return KIND_NAMES.get(kind, OTHER)
