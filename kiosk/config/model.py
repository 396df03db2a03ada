"""Every key of the configuration, once: its type, its bounds, its default and what it means, in both languages."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, model_validator
from pydantic.types import StringConstraints
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from kiosk.config.dispatchers import DispatchSection, SecondSection
from kiosk.config.fields import Filled, Hour, Language, LanguageKey, Number, Rate, Section, Telephone, Whole, Yes, key
from kiosk.config.inputs import ButtonSection, KeypadSection, PresenceSection, ScannerSection
from kiosk.config.messages import ModemSection, SmsSection
from kiosk.config.readers import ReaderSection

KNOWN_PX_PER_MM: Final = {(1280, 800): 5.9, (800, 1280): 5.9, (1080, 1920): 4.03, (1920, 1080): 4.03}
"""Pixels per millimetre of the two screens that are sold for such boxes: 10.1 and 21.5 inches."""
LEAST_PIXELS: Final = 480
MOST_PIXELS: Final = 7680


class BoxSection(Section):
    """Where this box hangs and whom to telephone."""

    code: Filled = key("the box's own number, as said on the telephone", "本机编号，打电话时报的号码", example="0412")
    place: dict[LanguageKey, Filled] = key(
        "name of the community in each language offered",
        "社区名称，每种可选语言一个",
        example={"zh_CN": "曹家渡社区", "en": "Caojiadu community"},
    )
    gate: dict[LanguageKey, Filled] = key(
        "where the taxi stops, in each language offered",
        "上车地点，每种可选语言一个",
        example={"zh_CN": "北门", "en": "the north gate"},
    )
    lat: Number = key("latitude of that point (WGS 84)", "上车点纬度（WGS 84）", ge=-90, le=90, example=31.2366)
    lon: Number = key("longitude of that point (WGS 84)", "上车点经度（WGS 84）", ge=-180, le=180, example=121.4297)
    phone: Telephone = key(
        "number of a person who can help; shown and read aloud in the groups written here",
        "求助电话；按这里的分组显示和朗读",
        expected="a telephone number",
        example="021-6258 0017",
    )
    note: Annotated[str, StringConstraints(max_length=200)] = key(
        "words for every driver, for instance how to get in", "给每位司机的话，例如怎样进小区", ""
    )


class LanguageSection(Section):
    """What the box speaks and writes."""

    default: Language = key("the language in which every visit begins", "每次使用开始时的语言", "zh_CN")
    offered: tuple[Language, ...] = key(
        "the languages to choose from, the default among them", "可选的语言，须包含默认语言", ("zh_CN", "en")
    )


class ScreenSection(Section):
    """The glass."""

    width: Whole = key("pixels across", "横向像素", 1080, ge=LEAST_PIXELS, le=MOST_PIXELS)
    height: Whole = key("pixels down", "纵向像素", 1920, ge=LEAST_PIXELS, le=MOST_PIXELS)
    px_per_mm: Number = key(
        "pixels per millimetre of glass; may be left out for 1280x800 (10.1 inches: 5.9) and 1080x1920 (21.5: 4.03)",
        "每毫米像素数；1280x800（10.1 寸，5.9）和 1080x1920（21.5 寸，4.03）可以不写",
        4.03,
        gt=0,
    )
    theme: Literal["day", "night", "auto"] = key(
        "colours; auto is night between the two hours below", "配色；auto 在下面两个时间之间用夜间配色", "auto"
    )
    night_from: Hour = key("when night colours begin", "夜间配色开始", time(19, 0))
    night_until: Hour = key("when they end", "夜间配色结束", time(6, 30))
    layout: Literal["standing", "sitting"] = key(
        "sitting keeps whatever can be pressed within reach of a wheelchair",
        "sitting 把按钮放低，坐轮椅也够得着",
        "standing",
    )
    fullscreen: Yes = key("cover the whole screen", "全屏显示", default=True)
    cursor: Yes = key("show a mouse pointer", "显示鼠标指针", default=False)

    @model_validator(mode="before")
    @classmethod
    def _known_screens(cls, given: Any) -> Any:  # noqa: ANN401 - whatever stands in the file
        if not isinstance(given, dict) or "px_per_mm" in given:
            return given
        size = (given.get("width", 1080), given.get("height", 1920))
        if not all(type(pixels) is int and LEAST_PIXELS <= pixels <= MOST_PIXELS for pixels in size):
            return given  # the wrong size is the thing to tell
        if size not in KNOWN_PX_PER_MM:
            raise ValueError(f"px_per_mm: expected a number, because {size[0]}x{size[1]} is no screen we know")
        return given | {"px_per_mm": KNOWN_PX_PER_MM[size]}


class PrinterSection(Section):
    """The slip printer. Without a port there is none, and plates stay on the screen for longer."""

    driver: Filled = key("name of the installed driver", "已安装的驱动名称", "escpos")
    port: str = key(
        "/dev/serial/by-path/..., or usb:VID:PID as lsusb shows; empty: there is none",
        "/dev/serial/by-path/... 或 usb:VID:PID（见 lsusb）；空为没有",
        "",
    )
    baudrate: Whole = key("bits per second, as its self-test prints", "波特率，见自检页", 115200, ge=1200, le=921600)
    rtscts: Yes = key(
        "its DTR is wired to our CTS: it stops us when its memory is full",
        "硬件流控（打印机 DTR 接本机 CTS）",
        default=False,
    )
    model: Literal["generic", "xprinter", "epson", "epson-t88", "basic"] = key(
        "its class; xprinter is Goojprt and the like too, basic are the cheapest, which do not say when they are done",
        "打印机类别；xprinter 也指 Goojprt 等同类，basic 为最便宜、不报告打印完成的机型",
        "generic",
    )
    paper_mm: Literal[58, 80] = key("width of its paper", "纸宽（毫米）", 80)
    mode: Literal["auto", "raster", "native"] = key(
        "slips as pictures or in its own letters; auto: its own below 57,600 bits per second",
        "小票以图像还是打印机自带字库打印；auto：波特率低于 57600 时用字库",
        "auto",
    )


class VoiceSection(Section):
    """What is spoken."""

    enabled: Yes = key("speak at all", "是否朗读", default=True)
    rate: dict[LanguageKey, Rate] = key(
        "words per minute in each language; 140 is about 165 Chinese characters",
        "各语言语速；140 约每分钟 165 字",
        default_factory=lambda: {"zh_CN": 140, "en": 130},
    )
    volume: Number = key("1 is usual, 2 is twice the amplitude", "1 为正常，2 为两倍", 1.0, gt=0, le=4)
    quiet_from: Hour = key("when the quiet hours begin", "安静时段开始", time(21, 0))
    quiet_until: Hour = key("when they end; the same time: there are none", "安静时段结束；相同则没有", time(7, 0))
    quiet_volume: Number = key("volume in the quiet hours", "安静时段的音量", 0.3, ge=0, le=4)
    bank: Annotated[Path | None, BeforeValidator(lambda path: path or None)] = key(
        "folder of your own recordings, by language; see `taxi-kiosk voice list`; empty: none",
        "自录语音的文件夹，按语言分；见 `taxi-kiosk voice list`；空为没有",
        None,
    )


class StoreSection(Section):
    """What must survive a power cut."""

    folder: Path = key("folder of the encrypted store", "加密数据所在的文件夹", Path("/var/lib/taxi-kiosk"))
    key_file: Path = key(
        "its key, made at the first start; keep a copy elsewhere. Relative to the folder",
        "密钥，首次启动时生成，请另存一份；相对于上面的文件夹",
        Path("store.key"),
    )


class LogSection(Section):
    """What is written to the journal; never anything personal."""

    level: Literal["debug", "info", "warning", "error"] = key("how much is written", "详细程度", "info")


class Config(BaseSettings):
    """The whole configuration of one box."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    box: BoxSection = key("where this box hangs and whom to telephone", "本机的位置和求助电话")
    language: LanguageSection = key("what the box speaks and writes", "语言", default_factory=LanguageSection)
    screen: ScreenSection = key("the glass", "屏幕", default_factory=ScreenSection)
    dispatch: DispatchSection = key("who sends the taxis", "派车方")
    second: SecondSection = key(
        "another dispatcher, asked when the first finds nobody; without a provider there is none",
        "第一家找不到车时再问的另一家；没有 provider 就没有",
        default_factory=SecondSection,
    )
    printer: PrinterSection = key(
        "the slip printer; without a port plates stay on the screen for longer",
        "小票打印机；没有时车牌在屏幕上停留更久",
        default_factory=PrinterSection,
    )
    reader: ReaderSection = key(
        "the card reader; without a port the button does it all",
        "读卡器；没有时只用按钮",
        default_factory=ReaderSection,
    )
    modem: ModemSection = key(
        "the GSM modem; without a port nothing is written to anybody",
        "短信调制解调器；没有时不发短信",
        default_factory=ModemSection,
    )
    sms: SmsSection = key(
        "a dispatcher that is asked by text message, through the modem; without a number there is none",
        "通过短信叫车的调度方；没有号码就没有",
        default_factory=SmsSection,
    )
    scanner: ScannerSection = key(
        "the scanner for the codes on slips and code cards; without a port there is none",
        "扫码器，扫小票和码卡上的码；没有端口就没有",
        default_factory=ScannerSection,
    )
    button: ButtonSection = key(
        "a large button beside the glass; without a port there is none",
        "屏幕外的大按钮；没有端口就没有",
        default_factory=ButtonSection,
    )
    keypad: KeypadSection = key(
        "three keys to be felt by hand; without a port there are none",
        "可摸的三个按键；没有端口就没有",
        default_factory=KeypadSection,
    )
    presence: PresenceSection = key(
        "a sensor that sees somebody come near; without a port there is none",
        "有人走近的感应器；没有端口就没有",
        default_factory=PresenceSection,
    )
    voice: VoiceSection = key("what is spoken", "语音", default_factory=VoiceSection)
    store: StoreSection = key("what must survive a power cut", "断电也不能丢的数据", default_factory=StoreSection)
    log: LogSection = key(
        "what is written to the journal; never anything personal", "日志；不含个人信息", default_factory=LogSection
    )

    @model_validator(mode="after")
    def _ladder_goes_up(self) -> Config:
        if self.second.provider and self.second.after_s < self.dispatch.wider_s:
            raise ValueError(
                f"second.after_s: expected {self.dispatch.wider_s} or more, "
                "because before that the first dispatcher has not looked further away (dispatch.wider_s)"
            )
        for name, number in (("number", self.sms.number), ("caretaker", self.sms.caretaker)):
            if number and not self.modem.port:
                raise ValueError(f"sms.{name}: expected a port under [modem] too, which is what writes")
        below = max(self.dispatch.wider_s, self.second.after_s if self.second.provider else 0)
        if self.sms.number and self.sms.after_s < below:
            raise ValueError(f"sms.after_s: expected {below} or more, because the others are asked first")
        return self

    @model_validator(mode="after")
    def _languages_are_complete(self) -> Config:
        offered = self.language.offered
        if self.language.default not in offered:
            raise ValueError(f'language.offered: expected the default "{self.language.default}" among them')
        for name, words in (("place", self.box.place), ("gate", self.box.gate)):
            for language in offered:
                if language not in words:
                    raise ValueError(f"box.{name}.{language}: expected text, because this language is offered")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what the one file says: a variable of the environment named BOX must not move a box."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)
