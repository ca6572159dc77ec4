"""The same units on Dask's `distributed`: an executor whose workers are wherever a scheduler has them."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import pickle
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from time import monotonic
from typing import Any, TypeVar
from weakref import WeakValueDictionary

import dask.config
import distributed
from distributed import Client
from distributed.client import FutureCancelledError
from distributed.scheduler import KilledWorker

from ronkyo.errors import UserError, mistake
from ronkyo.run.cluster import worker
from ronkyo.run.unit import Task
from ronkyo.store import Store

AHEAD = 3  # units that a worker is given at a time: the next are there when it has finished one
CONNECTING = 10  # seconds
COMING = 2  # seconds in which workers that were started together come
AGAIN = "what is finished is in the store: start again to go on"
Result = TypeVar("Result")


class ClusterError(UserError):
    """The cluster is not there, or has no worker that computes what is to be computed."""


class Cluster:
    """An executor: a unit's future is done when its run is in the store.

    All that waits is on an event loop in a thread of its own. A few units a worker are with the scheduler at a time, the
    others wait here, so that workers that come later get their share.
    """

    def __init__(
        self,
        address: str,
        store: Store,
        say: Callable[[str], None],
        patience: float,
        shown: str,
        after: Callable[[], object] = lambda: None,
    ) -> None:
        """say: gets lines for the user. patience: seconds in which a scheduler or worker may come back. shown: what
        the user calls the cluster. after: called when all is closed. Raises ClusterError where no scheduler is."""
        self._address, self._patience, self._shown = address, patience, shown
        self._store, self._say, self._after = store, say, after
        self._crews: dict[str, Crew] = {}
        self._data: WeakValueDictionary[str, Data] = WeakValueDictionary()
        self._heard: dict[str, Callable[[str, int], None]] = {}
        self._units: set[asyncio.Task[Any]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        try:
            self._wait(self._connect())
        except BaseException:
            self._end()
            raise

    def submit(self, task: Task, heard: Callable[[str, int], None] = lambda kind, steps: None) -> Future[None]:
        """heard: see `worker.compute`. The future fails with UserError."""
        return asyncio.run_coroutine_threadsafe(self._run(task, heard), self._loop)

    def close(self) -> None:
        """What is not done is cancelled; but Dask's workers finish what they have begun."""
        self._wait(self._close())
        self._end()

    # -- on the loop --------------------------------------------------------------------------------------------------

    async def _connect(self) -> None:
        for name in ("distributed", "distributed.client"):  # what the user can mend is told here, in one line
            logging.getLogger(name).setLevel(logging.CRITICAL)
        host, _, port = self._address.rpartition("/")[2].rpartition(":")
        try:
            _, stream = await asyncio.wait_for(asyncio.open_connection(host, int(port)), CONNECTING)
            stream.close()
            client = Client(self._address, asynchronous=True, set_as_default=False, timeout=min(self._patience, 3600))
            self._client = await asyncio.wait_for(client, CONNECTING)
        except (OSError, ValueError, TimeoutError) as error:
            raise ClusterError(
                f"{self._shown}: expected a Dask scheduler, found none: {error or 'no answer'}"
            ) from None
        self._client.subscribe_topic(worker.TOPIC, self._hear)
        self._look = asyncio.Event()
        self._watcher = asyncio.create_task(self._watch())

    async def _run(self, task: Task, heard: Callable[[str, int], None]) -> None:
        key, unit = task.parts.key, f"{task.experiment}.{task.variant}.{task.unit.seed}"
        current = asyncio.current_task()
        assert current is not None
        self._units.add(current)
        self._heard[key] = heard
        crew = self._crew(task)
        crew.wanted += 1
        try:
            arrays, notes = await self._computed(task, crew, self._sent(task))
            told = {"experiment": task.experiment, "variant": task.variant, **notes}
            await asyncio.to_thread(self._store.put, task.parts, arrays, **told)
        except UserError:
            raise
        except KilledWorker as error:
            died = f"its worker died {error.allowed_failures + 1} times"
            raise ClusterError(f"{unit}: {died}; it may need more memory than workers have") from None
        except Exception as error:  # as of a worker of this machine
            raise UserError(f"{unit}: {mistake(error)}") from None
        finally:
            crew.wanted -= 1
            self._units.discard(current)
            self._heard.pop(key, None)

    async def _computed(self, task: Task, crew: Crew, data: Data) -> tuple[Any, Any]:
        """What the worker returns; the unit is sent again where the scheduler has lost it."""
        key, unit = task.parts.key, pickle.dumps(task.unit)
        while True:
            async with crew.place():
                future = self._client.submit(
                    worker.compute, unit, data.future(self._client), data.digests, key,
                    key=key, resources={crew.resource: 1},
                )  # fmt: skip
                crew.futures.add(future)
                try:
                    return await future
                except FutureCancelledError:
                    pass
                except OSError:
                    if future.status == "error":  # the unit's own, not the connection's
                        raise
                finally:
                    crew.futures.discard(future)

    async def _watch(self) -> None:
        """Ask workers that are new, tell of those that are refused, and end what no worker is left for."""
        while True:
            present: set[str] = set()
            with suppress(OSError, TimeoutError):
                present = set(await asyncio.wait_for(self._client.nthreads(), CONNECTING))
            gone = self._client.status in ("closing", "closed")
            for crew in list(self._crews.values()):
                if gone:
                    await crew.fail(f"{self._shown}: the scheduler went away; {AGAIN}")
                else:
                    await self._muster(crew, present)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), 1)
            self._look.clear()

    async def _muster(self, crew: Crew, present: set[str]) -> None:
        """Bring a crew up to date with the workers that are there."""
        crew.asked &= present
        for address in present - crew.asked:
            crew.asked.add(address)
            crew.seen = monotonic()
            asyncio.create_task(self._ask(crew, address))
        crew.refused = {address: line for address, line in crew.refused.items() if address in present}
        crew.fit &= present
        if crew.fit or not crew.wanted:
            crew.seen = monotonic()
            return
        # Dask leaves units that had no worker where they are, also when one offers itself later.
        await self._client.cancel(list(crew.futures))
        waited = monotonic() - crew.seen
        if crew.refused and crew.refused.keys() == present and not crew.served and waited > COMING:
            await crew.fail(f"{self._shown}: no worker is left: all {len(present)} were refused; {AGAIN}")
        elif waited > self._patience:
            found = f"{len(present)} others" if present else "none"
            await crew.fail(
                f"{self._shown}: expected a worker for {crew.task.experiment}, found {found} in "
                f"{self._patience:.0f} s; {AGAIN}"
            )

    async def _ask(self, crew: Crew, address: str) -> None:
        """Whether a worker computes the crew's units."""
        try:
            asked = (crew.resource, crew.task.unit, crew.task.parts)
            found = await self._client.run(worker.accept, *asked, workers=[address], on_error="return")
            line = found[address]
        except (OSError, KeyError, ValueError):  # it went away
            crew.asked.discard(address)
            return
        if line == "":
            await crew.take(address)
        elif isinstance(line, OSError):
            crew.asked.discard(address)
        elif address not in crew.refused:
            crew.refused[address] = str(line)
            self._say(f"{self._shown}: worker {address} is refused: {line}")
            self._look.set()

    async def _close(self) -> None:
        self._watcher.cancel()
        for unit in self._units:
            unit.cancel()
        await asyncio.gather(*self._units, return_exceptions=True)
        with suppress(OSError, TimeoutError):
            closing: Any = self._client.close()
            await asyncio.wait_for(closing, 1)

    # -- off the loop, or at once -------------------------------------------------------------------------------------

    def _crew(self, task: Task) -> Crew:
        parts, files = task.parts, {name: digest for name, digest in task.parts.data.items() if "/" in name}
        determined = json.dumps([task.unit.module, parts.code, files, parts.versions, parts.numerics])
        resource = f"ronkyo-{hashlib.sha256(determined.encode()).hexdigest()}"
        if resource not in self._crews:
            self._crews[resource] = Crew(task, resource)
            self._look.set()
        return self._crews[resource]

    def _sent(self, task: Task) -> Data:
        digests = {name.removesuffix(".npy"): digest for name, digest in task.parts.data.items() if "/" not in name}
        name = hashlib.sha256(json.dumps(digests).encode()).hexdigest()
        if (data := self._data.get(name)) is None:
            contents = {name: (task.data / f"{name}.npy").read_bytes() for name in digests}
            data = self._data[name] = Data(name, pickle.dumps(contents), digests)
        return data

    def _hear(self, event: tuple[float, tuple[str, str, int]]) -> None:
        key, kind, steps = event[1]
        if key in self._heard:
            self._heard[key](kind, steps)

    def _wait(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._after()


@dataclass(eq=False)
class Data:
    """An experiment's arrays, as Dask's task without work: sent once, then from worker to worker, and again if lost."""

    name: str
    content: bytes
    digests: dict[str, str]  # of each array's .npy file
    _future: distributed.Future | None = None

    def future(self, client: Client) -> distributed.Future:
        if self._future is None or self._future.cancelled():
            with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 PB"}):
                self._future = client.submit(bytes, self.content, key=f"ronkyo-data-{self.name}")
        return self._future


@dataclass(eq=False)
class Crew:
    """The workers that compute what one state of the code determines, and its units."""

    task: Task  # one of them
    resource: str  # that these workers offer to Dask
    asked: set[str] = field(default_factory=set)  # addresses of workers
    fit: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    served: bool = False  # whether a worker was ever fit
    seen: float = field(default_factory=monotonic)  # when one was last there, or came
    wanted: int = 0  # units that are not done
    taken: int = 0  # of these, those with the scheduler
    futures: set[distributed.Future] = field(default_factory=set)
    error: str = ""
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Of a unit with the scheduler. Raises ClusterError where no worker is left."""
        async with self.changed:
            await self.changed.wait_for(lambda: self.error or self.taken < AHEAD * len(self.fit))
            if self.error:
                raise ClusterError(self.error)
            self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1
            async with self.changed:
                self.changed.notify()

    async def take(self, address: str) -> None:
        self.fit.add(address)
        self.served, self.error = True, ""
        async with self.changed:
            self.changed.notify(AHEAD)

    async def fail(self, error: str) -> None:
        self.error = error
        async with self.changed:
            self.changed.notify_all()
