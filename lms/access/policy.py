"""What may be done, and why (not).

A policy answers with a reason that can be shown to the person. Whatever states no
policy is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from lms.access.actor import Actor
from lms.errors import Forbidden
from lms.hooks.contributions import Text
from lms.text import gettext as _


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed or not, with the reason in words for a person."""

    is_allowed: bool
    reason: str

    def __bool__(self) -> bool:
        return self.is_allowed


@dataclass(frozen=True, slots=True)
class Policy:
    """What a route or socket event demands.

    ``kind``: ``public`` (anybody), ``signed_in`` (any account), ``member`` (any role in
    the office), ``permission`` (this permission in the office), ``site`` (operators), ``visitor``
    (members, and those without an account whom the plugin named by ``permission`` has let in),
    ``namespace`` (of a live event: whoever its namespace lets in; refuses everywhere else).
    ``opens_transaction`` is False for views that do slow work around short
    transactions of their own.
    """

    kind: Literal["public", "signed_in", "member", "permission", "site", "visitor", "namespace"]
    permission: str = ""
    opens_transaction: bool = True

    @property
    def needs_office(self) -> bool:
        """True if the policy only makes sense inside an office."""
        return self.kind in {"member", "permission", "visitor"}

    def decide(self, actor: Actor | None) -> Decision:
        """Judge an actor, who may be a guest (None)."""
        if self.kind == "public":
            return Decision(True, _("This page is open to everybody."))
        if actor is None:
            return Decision(False, _("Please sign in first."))
        if actor.is_visitor and self.kind != "visitor":
            return Decision(False, _("This is for people with an account."))
        return getattr(self, f"_decide_{self.kind}")(actor)  # type: ignore[no-any-return]  # one method for each kind

    def _decide_signed_in(self, actor: Actor) -> Decision:
        return Decision(True, _("You are signed in."))

    def _decide_site(self, actor: Actor) -> Decision:
        if actor.is_operator or actor.is_system:
            return Decision(True, _("You operate this site."))
        return Decision(False, _("Only operators of this site can do this."))

    def _decide_member(self, actor: Actor) -> Decision:
        if actor.is_member:
            return Decision(True, _("You are a member of this office."))
        return Decision(
            False, _("You are not a member of this office. Ask the head of the office to invite you.")
        )

    def _decide_visitor(self, actor: Actor) -> Decision:
        if actor.is_member or (actor.is_visitor and actor.visitor_of == self.permission):
            return Decision(True, _("You were invited to this."))
        return Decision(False, _("Please open the personal link that you were sent."))

    def _decide_namespace(self, _actor: Actor) -> Decision:
        return Decision(False, _("This is decided where the connection is made."))

    def _decide_permission(self, actor: Actor) -> Decision:
        if actor.can(self.permission):
            return Decision(True, _("Your role in this office allows it."))
        if not actor.is_member:
            return self._decide_member(actor)
        return Decision(
            False, _("Your role in this office does not allow this. The head of the office can change it.")
        )


def require(actor: Actor, permission: str, reason: Text | None = None) -> None:
    """Raise Forbidden, with the reason, unless the actor holds ``permission`` in their office."""
    decision = Policy("permission", permission).decide(actor)
    if not decision:
        raise Forbidden(reason or decision.reason)


def mark(target: Any, policy: Policy) -> Any:
    """Attach a policy to a view or event handler."""
    if hasattr(target, "lms_policy"):
        raise TypeError(f"{target!r} states two policies")
    target.lms_policy = policy
    return target


def policy_of(target: Any) -> Policy | None:
    """The policy that a view or event handler states, if any."""
    found: Policy | None = getattr(target, "lms_policy", None)
    return found
