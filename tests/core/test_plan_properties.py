"""What holds of every decision: searched at random, and for three versions exhaustively."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from gitstore.core import plan
from gitstore.core.cases import (
    Local,
    Recorded,
    Remote,
    is_foreign,
    is_untouched,
    local_case,
    recorded_case,
    remote_case,
    settled,
)
from gitstore.core.choices import with_choices
from gitstore.core.model import Action, Base, Choice, Kind, Plan, State, is_promise
from gitstore.core.plan import (
    Decide,
    decide_record,
    decide_stage,
    decide_sync,
    decide_sync_read_only,
    decide_unstage,
    planned,
    pointer_after,
)
from gitstore.core.versions import Version, equal, version
from tests.core.states import ONE, TWO, every_state, known, listed, local, truth
from tests.core.strategies import PATIENT

DECISIONS: tuple[Decide, ...] = (
    decide_sync,
    decide_sync_read_only,
    decide_stage,
    decide_unstage,
    decide_record,
)
CHOICES = (Choice.LOCAL, Choice.REMOTE, Choice.BOTH, Choice.SKIP)
REMOVES_LOCAL = (Kind.TAKE, Kind.DROP, Kind.REPLACE, Kind.UNSTAGE, Kind.FETCH)

_values = st.sampled_from(("a", "b"))
_kinds = ("sha256", "md5", "crc32c", "etag", "generation", "mtime", "zeta")
_versions = st.builds(
    version, st.integers(1, 2), st.dictionaries(st.sampled_from(_kinds), _values, max_size=3)
)
_states = st.builds(
    State,
    path=st.just("x"),
    pointer=st.none() | _versions,
    base=st.none() | st.builds(Base, _versions, st.booleans()),
    local=st.none() | _versions,
    remote=st.none() | _versions,
    wanted=st.booleans(),
    recorded=st.none() | _values,
    facts=st.lists(_versions, max_size=2).map(tuple),
    impossible=st.none() | st.just("no such name here"),
    problem=st.sampled_from((None, None, None, "no permission")),
)


def _answers(state: State, decide: Decide, choice: Choice) -> Plan:
    return with_choices(planned("d", "sync", [state], decide), {"x": choice}, decide)


# Random states, also such as no work tree would ever hold.


@given(_states)
def test_every_decision_has_an_answer_for_every_state(state: State) -> None:
    for decide in DECISIONS:
        action = decide(state)
        assert action.reason
        assert action.seen is state
        pointer_after(action, None)
        for choice in CHOICES:
            for answer in _answers(state, decide, choice).actions:
                pointer_after(answer, None)


@given(_states)
def test_deciding_depends_on_the_state_alone(state: State) -> None:
    twin = replace(state, facts=tuple(state.facts))
    for decide in DECISIONS:
        assert decide(state) == decide(twin) == decide(state)


@given(_states)
def test_giving_and_erasing_need_an_object_known_to_be_the_base(state: State) -> None:
    action = decide_sync(state)
    now = settled(state)
    if action.kind is Kind.ERASE:
        assert now.base is not None
        assert now.base.erase
        assert now.local is None
    if action.kind in (Kind.GIVE, Kind.ERASE) and now.remote is not None:
        assert now.base is not None
        assert equal(now.remote, now.base.version)


@given(_states)
def test_local_bytes_that_are_not_the_base_are_never_overwritten_unasked(state: State) -> None:
    if local_case(settled(state)) in (Local.EDITED, Local.NEW):
        for decide in DECISIONS:
            assert decide(state).kind not in REMOVES_LOCAL


@given(_states)
def test_fetching_and_forgetting_happen_only_where_no_file_is(state: State) -> None:
    for decide in DECISIONS:
        if decide(state).kind in (Kind.FETCH, Kind.FORGET):
            assert state.local is None


@given(_states)
def test_an_unreadable_object_is_decided_by_nobody(state: State) -> None:
    broken = replace(state, problem="no permission")
    for decide in DECISIONS:
        action = decide(broken)
        assert action.kind is Kind.REFUSE
        assert pointer_after(action, None) is state.pointer


@given(_states)
def test_read_only_gives_and_erases_nothing_whatever_is_chosen(state: State) -> None:
    for choice in CHOICES:
        assert not _answers(state, decide_sync_read_only, choice).of(Kind.GIVE, Kind.ERASE)


@given(_states)
def test_a_foreign_promise_keeps_its_line_unless_somebody_chooses(state: State) -> None:
    if state.problem is None and is_foreign(settled(state)):
        for decide in (decide_sync, decide_sync_read_only):
            action = decide(state)
            assert action.kind in (Kind.CONFLICT, Kind.WAIT)
            assert pointer_after(action, None) is state.pointer


@given(_states)
def test_nothing_to_do_keeps_the_line_byte_for_byte(state: State) -> None:
    for decide in (decide_sync, decide_sync_read_only):
        action = decide(state)
        if action.kind is Kind.NOTHING:
            assert pointer_after(action, None) == state.pointer


@given(_states)
def test_pointing_always_changes_the_line(state: State) -> None:
    action = decide_sync(state)
    if action.kind is Kind.POINT:
        assert pointer_after(action, None) != state.pointer


@given(_states)
def test_skipping_changes_no_action(state: State) -> None:
    plan = planned("d", "sync", [state], decide_sync)
    assert with_choices(plan, {"x": Choice.SKIP}, decide_sync) == plan


@given(st.lists(_states, max_size=4))
def test_a_plan_does_not_depend_on_the_order_of_the_states(states: list[State]) -> None:
    named = [replace(state, path=f"x{n}") for n, state in enumerate(states)]
    forth = planned("d", "sync", named, decide_sync)
    assert forth == planned("d", "sync", reversed(named), decide_sync)


# All combinations of three versions, whose truth is known.


STATES = tuple(every_state())


def _made(action: Action) -> Version | None:
    """What the storage's answer to an upload of the local file would name."""
    here = truth(action.seen.local)
    return known(here) if here is not None else None


def test_every_cell_that_can_be_reached_is_reached() -> None:
    columns = {(local_case(s), remote_case(s)) for s in map(settled, STATES)}
    staged = {Local.SAME, Local.EDITED, Local.MISSING, Local.ERASE_ASKED}
    expected = set(product(staged, (Remote.SAME, Remote.MOVED, Remote.GONE)))
    assert columns == expected | set(product((Local.NONE, Local.NEW), (Remote.NEW, Remote.NONE)))
    lines = {(local_case(s), recorded_case(s)) for s in map(settled, STATES)}
    assert lines == set(product(staged, Recorded)) | set(
        product((Local.NONE, Local.NEW), (Recorded.OTHER, Recorded.ABSENT))
    )


def test_nothing_on_the_storage_is_overwritten_or_erased_but_the_base() -> None:
    for state in STATES:
        action = decide_sync(state)
        if action.kind in (Kind.GIVE, Kind.ERASE) and state.remote is not None:
            base = settled(state).base
            assert base is not None, state
            assert truth(state.remote) is truth(base.version), state


def test_nothing_here_is_overwritten_or_removed_but_the_base_or_a_known_version() -> None:
    for state in STATES:
        for decide in DECISIONS:
            action = decide(state)
            if action.kind in REMOVES_LOCAL and state.local is not None:
                base = settled(state).base
                assert base is not None, state
                assert truth(state.local) is truth(base.version), state


def test_adopting_and_leaving_alone_never_confuse_two_versions() -> None:
    for state in STATES:
        action = decide_sync(state)
        if action.kind is Kind.ADOPT:
            assert truth(state.local) is truth(state.remote), state
        staged = decide_stage(state)
        if staged.kind is Kind.ADOPT:
            assert truth(state.local) is truth(state.pointer), state


def test_after_a_sync_that_decided_the_line_names_what_the_storage_holds() -> None:
    for state in STATES:
        action = decide_sync(state)
        after = truth(pointer_after(action, _made(action)))
        if action.kind in (Kind.CONFLICT, Kind.WAIT):
            assert after is truth(state.pointer), state
        elif action.kind is Kind.GIVE:
            assert after is truth(state.local), state
        elif action.kind is Kind.ERASE:
            assert after is None, state
        else:
            assert after is truth(state.remote), state


def test_a_promise_goes_only_if_it_was_ours_or_its_bytes_were_seen() -> None:
    for state in STATES:
        action = decide_sync(state)
        after = pointer_after(action, _made(action))
        if is_promise(state.pointer) and truth(after) is not truth(state.pointer):
            seen = {truth(fact) for fact in state.facts}
            if state.base is not None:
                seen.add(truth(state.base.version))
            ours = state.recorded is not None and state.local is not None
            assert ours or truth(state.pointer) in seen, state


def test_recording_never_replaces_a_line_that_moved() -> None:
    for state in STATES:
        if decide_record(state).kind is Kind.RECORD:
            base = settled(state).base
            line = truth(state.pointer)
            ours = state.recorded is not None
            assert ours or line is (None if base is None else truth(base.version)), state


def test_planning_offline_takes_nothing_and_finds_no_conflict_of_its_own() -> None:
    for state in STATES:
        base = settled(state).base
        action = decide_sync(replace(state, remote=None if base is None else base.version))
        assert action.kind not in (Kind.TAKE, Kind.DROP, Kind.FORGET), state
        assert action.kind is not Kind.CONFLICT or action.cell == "P3", state


def test_after_a_choice_no_conflict_remains() -> None:
    for state in STATES:
        if is_promise(state.pointer):
            continue
        for choice in (Choice.LOCAL, Choice.REMOTE, Choice.BOTH):
            assert not _answers(state, decide_sync, choice).of(Kind.CONFLICT, Kind.WAIT), state


def test_a_chosen_side_is_what_the_line_names_afterwards() -> None:
    for state in STATES:
        if is_promise(state.pointer) or decide_sync(state).kind is not Kind.CONFLICT:
            continue
        for choice in (Choice.LOCAL, Choice.REMOTE, Choice.BOTH):
            answer = _answers(state, decide_sync, choice).actions[0]
            kept = state.local if choice is Choice.LOCAL else state.remote
            assert truth(pointer_after(answer, _made(answer))) is truth(kept), state


@st.composite
def _nearly_untouched(draw: st.DrawFn) -> State:
    kinds = draw(st.sets(st.sampled_from((*_kinds, "version")), min_size=1, max_size=4))
    known = version(1, {kind: draw(_values) for kind in sorted(kinds)})
    kept = draw(st.sets(st.sampled_from(known.ids)))
    said = draw(st.sets(st.sampled_from(known.ids)))
    line, less = (
        Version(known.size, tuple(i for i in known.ids if i in ids)) for ids in (kept, said)
    )
    state = State(
        path="x",
        pointer=line,
        base=Base(known),
        local=known,
        remote=known,
        wanted=draw(st.booleans()),
        recorded=draw(st.none() | _values),
        void=draw(st.booleans()),
    )
    other = draw(st.none() | _versions)
    return draw(
        st.sampled_from(
            (
                state,
                replace(state, pointer=other),
                replace(state, local=other),
                replace(state, remote=other),
                replace(state, remote=less),
            )
        )
    )


@settings(PATIENT, max_examples=600)
@given(_nearly_untouched())
def test_what_is_plainly_untouched_is_decided_as_the_tables_say(state: State) -> None:
    assert decide_sync(state) == plan._sync_decided(state)
    assert decide_stage(state) == plan._stage_decided(state)


def test_something_is_plainly_untouched() -> None:
    one = known(ONE)
    line = listed(ONE)
    state = State("x", pointer=line, base=Base(one), local=one, remote=one, wanted=True)
    assert is_untouched(state)
    assert is_untouched(replace(state, remote=line))  # a listing says less
    assert not is_untouched(replace(state, base=Base(one, erase=True)))
    assert not is_untouched(replace(state, local=local(TWO)))
