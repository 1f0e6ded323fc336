"""Names of townships and villages, as such a county would have them; all invented.

In: a township's terrain and the names already given. Out: a village name, new within its township. Across
townships names may repeat (红星村 exists more than once), as they do in every county.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import Literal

import numpy as np

Terrain = Literal["street", "plain", "hill", "mountain"]

# From the river plain up to the mountains: land gives the lowest township the first name.
STREETS = ("城关街道", "青屏街道", "临河街道")
TOWNSHIPS = (
    "白鹭洲镇",
    "三汊河镇",
    "沙窝乡",
    "荷叶塘镇",
    "岚口镇",
    "马家畈镇",
    "双椿镇",
    "石佛店镇",
    "金堤乡",
    "柳溪镇",
    "黄麦坪镇",
    "红土坡乡",
    "竹沟镇",
    "桐梓关镇",
    "长冲乡",
    "鹿鸣乡",
    "茶山铺镇",
    "枫香坳乡",
    "苦竹乡",
    "青石岭镇",
    "大垭乡",
    "㵲水乡",  # 㵲 is not in GBK: only GB18030 can write it
    "望军山乡",
)

_SURNAMES = (
    "李王张刘陈杨黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余"
    "潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹易常武乔贺赖龚文"
)
_ENDINGS: dict[Terrain, tuple[str, ...]] = {
    "street": ("桥", "塘", "园", "庄", "井", "巷", "营", "台"),
    "plain": ("楼", "寨", "庄", "店", "集", "湖", "洼", "圩", "桥", "塘", "畈", "营", "渡", "堰", "闸", "滩"),
    "hill": ("岗", "坡", "冲", "湾", "畈", "塘", "庙", "坳", "铺", "榜", "堰", "店", "山", "咀", "垱", "井"),
    "mountain": (
        "岭",
        "沟",
        "坪",
        "垭",
        "寨",
        "峰",
        "源",
        "河",
        "冲",
        "洞",
        "崖",
        "溪",
        "湾",
        "坳",
        "垴",
        "岩",
    ),
}
_STEMS: dict[Terrain, tuple[str, ...]] = {
    "street": ("龙", "凤凰", "文昌", "东关", "西关", "南门", "北关", "迎宾", "玉带", "书院", "兴隆", "锦绣"),
    "plain": ("大", "新", "老", "清水", "荷花", "白鹅", "芦苇", "青龙", "柳林", "沙", "双", "回龙", "太平", "双柳", "渔", "鸭"),
    "hill": ("黄土", "石", "板栗", "油茶", "桂花", "枣树", "关帝", "观音", "乌桕", "茅", "双", "红", "白果", "马鞍", "凤凰", "土地"),
    "mountain": (
        "枫树", "白果", "云雾", "龙潭", "虎头", "鹰嘴", "青石", "杉木", "黑", "茶园", "楠竹", "老鸦", "野猪", "仙人", "滴水", "九龙",
        "羊角", "天堂", "半边", "石门",
    ),
}  # fmt: skip
_SLOGANS = (
    "红星", "团结", "新民", "胜利", "东风", "前进", "光明", "和平", "联合", "五一", "建设", "友谊", "新建", "民主", "星火", "高峰",
    "向阳", "永兴", "复兴", "太平",
)  # fmt: skip
_NEIGHBOURHOODS = (
    "东关", "西关", "南门", "北关", "文昌", "迎宾", "书院街", "玉带桥", "青屏", "凤凰", "锦绣", "滨河", "站前", "城南", "城北", "新华",
    "人民路", "兴隆", "和谐", "幸福", "龙门", "明珠", "朝阳", "建设路", "金桥", "仓房巷", "状元", "槐树巷",
)  # fmt: skip


def neighbourhood_name(taken: Collection[str], rng: np.random.Generator) -> str:
    """A …社区 of the town that `taken` does not hold."""
    while True:
        name = str(rng.choice(_NEIGHBOURHOODS)) + "社区"
        if name not in taken:
            return name


def seat_name(township: str) -> str:
    """The neighbourhood around a township's offices: 岚口街社区, 白鹭洲社区."""
    stem = township[:-1]
    return stem + ("街社区" if len(stem) == 2 else "社区")


def village_name(
    terrain: Terrain, here: Collection[str], county: Collection[str], rng: np.random.Generator
) -> str:
    """A …村 that no village in `here` has; only slogans repeat within the `county`, as they do in life."""
    while True:
        if rng.random() < 0.10:
            name = str(rng.choice(_SLOGANS)) + "村"
            is_free = name not in here
        else:
            name = _stem(terrain, rng) + "村"
            is_free = name not in county
        if is_free and not _is_clumsy(name):
            return name


def _stem(terrain: Terrain, rng: np.random.Generator) -> str:
    ending = str(rng.choice(_ENDINGS[terrain]))
    if rng.random() < 0.45:
        surname = _SURNAMES[int(rng.integers(len(_SURNAMES)))]
        return surname + ("家" if rng.random() < 0.6 else "") + ending
    return str(rng.choice(_STEMS[terrain])) + ending


def _is_clumsy(name: str) -> bool:
    """白果岭村 and 白岭村 are names; 石石村, 黑岩岩村 and 龙龙潭村 are not."""
    return any(one == two for one, two in pairwise(name))


def bare(name: str) -> str:
    """The name without 村 or 社区, as people say it."""
    return name.removesuffix("社区").removesuffix("村")
