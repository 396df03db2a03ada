"""The words of the residents' table: what its columns are named and what may stand in them, in English and Chinese."""

from __future__ import annotations

from typing import Final

from kiosk.residents.consent import Giver, Purpose
from kiosk.residents.people import Need, Picture

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "name": ("姓名", "名字"),
    "pinyin": ("拼音",),
    "phone": ("电话", "手机", "手机号", "手机号码", "电话号码", "联系电话", "telephone", "mobile"),
    "shares_phone": ("共用电话",),
    "namesake": ("同名",),
    "card": ("卡号", "卡", "cards"),
    "pickup": ("上车点", "上车地点"),
    "needs": ("需要", "特殊需要"),
    "language": ("语言",),
    "volume": ("音量",),
    "places": ("常去地点", "地点"),
    "recurring": ("定期用车",),
    "contact_name": ("紧急联系人", "紧急联系人姓名"),
    "contact_phone": ("紧急联系人电话",),
    "contact_relation": ("关系", "与本人关系"),
    "consents": ("同意", "同意事项"),
    "consent_by": ("同意人",),
    "authority": ("授权依据",),
    "consent_at": ("同意日期",),
    "notice": ("告知书版本",),
}
NAMES: Final = {alias: name for name, others in COLUMNS.items() for alias in (name, *others)}

NEEDS: Final = {
    "轮椅": Need.WHEELCHAIR,
    "助行器": Need.WALKER,
    "行动缓慢": Need.SLOW,
    "重听": Need.HARD_OF_HEARING,
    "听力不便": Need.HARD_OF_HEARING,
    "盲": Need.BLIND,
    "视力不便": Need.BLIND,
}
PURPOSES: Final = {
    "登记": Purpose.REGISTRATION,
    "特殊需要": Purpose.NEEDS,
    "共享": Purpose.SHARING,
    "家人": Purpose.FAMILY,
    "联系人": Purpose.CONTACT,
}
GIVERS: Final = {"本人": Giver.RESIDENT, "代理人": Giver.REPRESENTATIVE, "监护人": Giver.REPRESENTATIVE}
PICTURES: Final = {
    "家": Picture.HOME,
    "医院": Picture.HOSPITAL,
    "诊所": Picture.CLINIC,
    "菜场": Picture.MARKET,
    "市场": Picture.MARKET,
    "亲友": Picture.FAMILY,
    "公园": Picture.PARK,
    "其他": Picture.OTHER,
}
LANGUAGES: Final = {
    "中文": "zh_CN",
    "普通话": "zh_CN",
    "zh": "zh_CN",
    "zh_cn": "zh_CN",
    "en": "en",
    "英文": "en",
    "english": "en",
}
DAY_NAMES: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAYS: Final = {
    name: day
    for day in range(7)
    for name in (DAY_NAMES[day].casefold(), "周" + "一二三四五六日"[day], "星期" + "一二三四五六日"[day])
}
YES: Final = {"yes", "y", "true", "1", "是", "有", "√", "✓"}
NO: Final = {"", "no", "n", "false", "0", "否", "无"}
