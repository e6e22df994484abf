# SPDX-License-Identifier: MPL-2.0
"""What the lab performs itself. A service is one module here; importing it registers its operations."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..wire import Response
from ..world import Call, Shelf, World

Handler = Callable[[World, Call], dict[str, Any] | Response]
Lister = Callable[[World], list[dict[str, Any]]]
Finder = Callable[[World, Call, Any], Shelf]
Subject = Callable[[World, Call], Shelf | None]
Guard = Callable[[Call], None]
Event = Callable[[World, Any, dict[str, Any]], dict[str, Any]]
Page = Callable[[World, dict[str, str]], dict[str, Any] | Response]


@dataclass
class Registry:
    """`complete` services never fall through to moto; `listers` tell /_lab/objects what exists."""

    handlers: dict[tuple[str, str], Handler] = field(default_factory=dict)
    complete: set[str] = field(default_factory=set)
    listers: list[Lister] = field(default_factory=list)
    finders: dict[tuple[str, str], Finder] = field(default_factory=dict)
    subjects: dict[tuple[str, str], Subject] = field(default_factory=dict)
    guards: dict[str, Guard] = field(default_factory=dict)
    events: dict[tuple[str, str], Event] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)


REGISTRY = Registry()


def operation(service: str, *names: str) -> Callable[[Handler], Handler]:
    """This function answers these operations of the service."""

    def register(handler: Handler) -> Handler:
        for name in names:
            REGISTRY.handlers[service, name] = handler
        return handler

    return register


def guard(service: str) -> Callable[[Guard], Guard]:
    """This function refuses what no operation of the service takes."""

    def register(check: Guard) -> Guard:
        REGISTRY.guards[service] = check
        return check

    return register


def lists(lister: Lister) -> Lister:
    """This function contributes to /_lab/objects."""
    REGISTRY.listers.append(lister)
    return lister


def finds(service: str, create: str) -> Callable[[Finder], Finder]:
    """This function finds what a create made, so that the fault `not_found_for` can hide it."""

    def register(finder: Finder) -> Finder:
        REGISTRY.finders[service, create] = finder
        return finder

    return register


def changes(service: str, *names: str) -> Callable[[Subject], Subject]:
    """This function finds what a call is about to change, so that reads can show it as it was."""

    def register(finder: Subject) -> Subject:
        for name in names:
            REGISTRY.subjects[service, name] = finder
        return finder

    return register


def event(service: str, name: str) -> Callable[[Event], Event]:
    """This function is POST /_lab/<service>/<id>/<name>: what the cloud does by itself."""

    def register(happening: Event) -> Event:
        REGISTRY.events[service, name] = happening
        return happening

    return register


def page(name: str) -> Callable[[Page], Page]:
    """This function is GET /_lab/<name>: what the world outside sees."""

    def register(shown: Page) -> Page:
        REGISTRY.pages[name] = shown
        return shown

    return register
