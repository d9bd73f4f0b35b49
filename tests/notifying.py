"""Real notices for tests of other rooms: everything is told as the plan says, and no letter leaves the outbox."""

from pathlib import Path
from typing import cast

from bosco.accounts.vault import Vault
from bosco.channels.service import Channels
from bosco.kit.clock import Clock
from bosco.kit.ids import SeededIds
from bosco.kit.net import Net
from bosco.notices.service import Notices
from bosco.people.service import OnCall
from bosco.plan.current import CurrentPlan
from bosco.plan.secrets import Secrets
from bosco.store.store import Store
from bosco.web.events import Live

ENVIRON = {"BOSCO_KEY": "A" * 43 + "="}


def notices_of(store: Store, clock: Clock, current: CurrentPlan) -> Notices:
    """Return notices over a store whose letters nobody brings."""
    ids, nowhere = SeededIds(), Path("/nowhere")
    live = Live()
    channels = Channels(store, clock, ids, cast(Net, None), Secrets(nowhere, {}), current, live)
    on_call = OnCall(store, clock, current, live)
    return Notices(store, current, channels, on_call, Vault(nowhere, ENVIRON, ids))
