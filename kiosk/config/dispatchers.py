"""The keys that say who sends the taxis, and in which order they are asked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import BeforeValidator, model_validator
from pydantic.types import StringConstraints

from kiosk.config.fields import Filled, International, Section, Whole, key
from kiosk.config.secret import Secret


class DispatcherSection(Section):
    """One dispatcher and what proves who we are."""

    provider: Filled = key("name of the installed adapter", "已安装的调度接口名称", "hail_api")
    url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#]+(/\S*)?$")] = key(
        "where its API is; plain http only on this very machine",
        "接口地址；http 仅限本机",
        expected="an https:// address",
        example="https://dispatch.example/taxi",
    )
    token: Secret = key(
        "what proves who we are; better kept in token_file",
        "接口令牌；最好写在 token_file 里",
        default_factory=lambda: Secret(""),
    )
    api_key: Secret = key(
        "the token, where the dispatcher calls it an API key",
        "同 token，有的调度方称之为 API key",
        default_factory=lambda: Secret(""),
    )
    token_file: Annotated[Path | None, BeforeValidator(lambda path: path or None)] = key(
        "file with the token and nothing else", "只含令牌的文件", None
    )
    options: dict[str, str | bool | int | float] = key(
        "further settings of this adapter",
        "该接口自己的其他设置",
        default_factory=dict,
        expected="a table of plain values",
    )

    @model_validator(mode="after")
    def _one_token(self) -> Self:
        given = [self.token, self.api_key, self.token_file]
        if sum(map(bool, given)) > 1:
            raise ValueError("token: expected it once, here or as api_key or in token_file, found it in several")
        if not any(given) and self.provider:
            raise ValueError("token_file: expected the path of a file with the dispatcher's token, found nothing")
        return self


class DispatchSection(DispatcherSection):
    """Who sends the taxis."""

    contact_phone: International = key(
        "number that drivers may call, usually the operator's",
        "司机可拨打的电话，一般是运营方的",
        "",
        expected="a telephone number with its country, as +862162580017",
    )
    deadline_s: Whole = key(
        "seconds after which an unsent trip is asked about again, not sent",
        "超过这些秒仍未发出的，不再发出而重新询问",
        480,
        ge=60,
        le=3600,
    )
    ask_again_s: Whole = key(
        "seconds for which that question stands, then the trip expires", "等待回答的秒数，之后作废", 180, ge=30, le=1800
    )
    search_s: Whole = key(
        "seconds of searching after which a person is asked to help", "找车多少秒后请人帮忙", 360, ge=60, le=3600
    )
    wider_s: Whole = key(
        "seconds of searching after which it is asked to look further away, where it can; 0: never",
        "找车多少秒后扩大范围（调度方支持时）；0 为不扩大",
        90,
        ge=0,
        le=3600,
    )
    detour_s: Whole = key(
        "seconds for which a dispatcher is out of reach before the others are asked instead",
        "调度方连不上多少秒后改问其他调度方",
        30,
        ge=5,
        le=3600,
    )


class SecondSection(DispatcherSection):
    """Another dispatcher, asked when the first one finds nobody. Without a provider there is none."""

    provider: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = key(
        "name of its installed adapter; empty: there is none", "已安装的调度接口名称；空为没有", ""
    )
    url: Annotated[str, StringConstraints(pattern=r"^(https?://[^\s/?#]+(/\S*)?)?$")] = key(
        "where its API is", "接口地址", "", expected="an https:// address"
    )
    after_s: Whole = key("seconds of searching after which it is asked", "找车多少秒后改问它", 180, ge=0, le=3600)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.provider and not self.url:
            raise ValueError("url: expected an https:// address, because a provider is named")
        return self
