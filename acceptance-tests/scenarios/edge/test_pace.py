# SPDX-License-Identifier: MPL-2.0
"""Who asks too often is turned away for a while: the while is waited out, and nothing is lost."""

import time

from harness import EDGE, SAVED, Workspace, edge, until

from .zone import ZONE

SHUT = 1


def test_what_is_turned_away_is_asked_again_in_time(workspace: Workspace) -> None:
    lab = workspace.lab
    before = lab.foreign(ZONE)
    workspace.write(edge())
    workspace.save()
    changes = {"action": "throttle", "mutating": True, "seconds": SHUT}
    lab.faults(*(changes | {"operation": o} for o in ("CreateDnsRecord", "CreateRule", "EditZoneSetting")))
    since, begun = lab.now(), time.monotonic()
    workspace.apply_saved().must()
    assert lab.fired() == 3
    assert time.monotonic() - begun >= SHUT, "Retry-After was not waited out"
    refused = [call for call in lab.mutations(since) if call.status == 429]
    assert len(refused) == 3, "it was asked again too soon, or never turned away"
    lab.clear_faults()
    workspace.must_be_empty()
    workspace.destroy().must()
    assert (lab.objects(), lab.foreign(ZONE)) == ([], before)


def test_a_door_that_shuts_for_all_calls_opens_again(workspace: Workspace) -> None:
    """As Cloudflare shuts it: for every call, reads too, for as long as it is shut."""
    lab = workspace.lab
    workspace.write(edge())
    workspace.save()
    late = EDGE.places.late
    lab.faults(late.rule("hold"))
    since = lab.now()
    with workspace.start("apply", "-json", SAVED) as apply:
        until("the apply to be in the middle", lambda: any(map(late.fits, lab.journal(since))))
        lab.cloudflare_limit(calls=0, seconds=SHUT)
        lab.release()
        until("it to be turned away", lambda: any(call.status == 429 for call in lab.journal(since)))
        lab.cloudflare_limit(calls=1200)
        apply.wait().must()
    workspace.must_be_empty()
