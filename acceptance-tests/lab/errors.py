# SPDX-License-Identifier: MPL-2.0
"""How a handler says no, and how a connection is made to fail."""


class Refusal(Exception):
    """An answer in the service's own error form."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


class NotPerformed(Refusal):
    """The real service has this operation; the lab does not."""

    def __init__(self, service: str, operation: str, why: str = "") -> None:
        text = f"the lab does not perform {service}:{operation}" + (f" ({why})" if why else "")
        super().__init__("NotImplemented", text)


class Hangup(Exception):
    """The connection is closed without an answer; `reset` sends RST instead of FIN."""

    def __init__(self, reset: bool = False) -> None:
        super().__init__("reset" if reset else "closed")
        self.reset = reset
