"""One job at given prices: exact dynamic programming over (operation, way, start).

Prices are whole numbers, so the best value is exact. Operations of a chain follow one another; each
is swept over all starts in the windows of its lanes, and what was reached is carried to the sites
of the next one.
"""

from __future__ import annotations

from scheduling.backends.prices_arrays import NEVER, Arrays, Ints, Tables
from scheduling.backends.prices_trace import trace
from scheduling.compiled import compiled


@compiled
def sum_prices(a: Arrays, prices: Ints, sums: Ints) -> None:
    """Running sums of prices over each lane."""
    pad, horizon = a.lanes.pad, a.lanes.capacity.shape[1]
    for lane in range(prices.shape[0]):
        total = 0
        for tick in range(horizon):
            sums[lane, pad + tick] = total
            total += prices[lane, tick]
        for at in range(pad + horizon, sums.shape[1]):
            sums[lane, at] = total


@compiled
def _sweep(a: Arrays, t: Tables, way: int, tables: tuple[int, int, int]) -> None:
    """Values of ending a step, over all starts of one way in the windows of its lane."""
    low, begin, finish = tables
    lane, ticks, gap = a.ways.lane[way], a.ways.ticks[way], a.ways.gap[way]
    head, latest, amount = a.ways.head[way], a.ways.latest[way], a.ways.amount[way]
    gain, lead, pad = a.ways.gain[way], a.ways.lead[way], a.lanes.pad
    for w in range(a.lanes.window_at[lane], a.lanes.window_at[lane + 1]):
        first = max(a.lanes.window_start[w], head)
        if first >= latest:
            break
        size = min(a.lanes.window_end[w], latest) - ticks - first + 1
        if size <= 0:
            continue
        ready = t.start[begin + first - low : begin + first - low + size]
        done = t.end[finish + first - low + ticks : finish + first - low + ticks + size]
        before = t.sums[lane, pad + first - lead : pad + first - lead + size]
        at = pad + first + ticks + gap
        after = t.sums[lane, at : at + size]
        for i in range(size):
            value = ready[i] + gain - amount * (after[i] - before[i])
            done[i] = max(done[i], value)


@compiled
def _sweep_pausing(a: Arrays, t: Tables, way: int, tables: tuple[int, int, int]) -> None:
    """The same for work that pauses over closed time: so many open ticks of one stretch."""
    low, begin, finish = tables
    lane, ticks, pad = a.ways.lane[way], a.ways.ticks[way], a.lanes.pad
    opened = a.lanes.open_tick[a.lanes.open_at[lane] : a.lanes.open_at[lane + 1]]
    for part in range(a.lanes.stretch_at[lane], a.lanes.stretch_at[lane + 1]):
        for rank in range(a.lanes.stretch_start[part], a.lanes.stretch_end[part] - ticks + 1):
            start, end = opened[rank], opened[rank + ticks - 1] + 1
            if start < a.ways.head[way] or end > a.ways.latest[way]:
                continue
            price = t.sums[lane, pad + end + a.ways.gap[way]]
            price -= t.sums[lane, pad + start - a.ways.lead[way]]
            value = t.start[begin + start - low] + a.ways.gain[way] - a.ways.amount[way] * price
            at = finish + end - low
            t.end[at] = max(t.end[at], value)


@compiled
def _relay(a: Arrays, t: Tables, step: int, fare: int) -> None:
    """From ends of a step to what is best when ready for the next one, at each of its sites."""
    jobs = a.jobs
    low, later = jobs.low[step], jobs.low[step + 1]
    size, width = jobs.high[step] - low + 1, jobs.high[step + 1] - later + 1
    for h in range(jobs.site_at[step + 1], jobs.site_at[step + 2]):
        begin = jobs.room[step + 1] + (h - jobs.site_at[step + 1]) * width
        ready = t.start[begin : begin + width]
        ready[:] = NEVER
        for g in range(jobs.site_at[step], jobs.site_at[step + 1]):
            finish = jobs.room[step] + (g - jobs.site_at[step]) * size
            shift = max(jobs.lag[step + 1], a.travel_ticks[jobs.site[g], jobs.site[h]])
            add = fare * a.travel_cost[jobs.site[g], jobs.site[h]]
            early = min(max(later - low - shift, 0), size)
            for i in range(early):
                ready[0] = max(ready[0], t.end[finish + i] + add)
            offset = low + shift - later
            count = min(size, width - offset) - early
            if count > 0:
                ends = t.end[finish + early : finish + early + count]
                target = ready[offset + early : offset + early + count]
                for i in range(count):
                    target[i] = max(target[i], ends[i] + add)
        best = NEVER
        for i in range(width):
            best = max(best, ready[i])
            ready[i] = best


@compiled
def _fill(a: Arrays, t: Tables, chain: int, fare: int) -> None:
    """All tables of a chain, step after step."""
    jobs = a.jobs
    for step in range(jobs.step_at[chain], jobs.step_at[chain + 1]):
        size = jobs.high[step] - jobs.low[step] + 1
        sites = jobs.site_at[step + 1] - jobs.site_at[step]
        room = jobs.room[step]
        if size <= 0:
            return
        t.end[room : room + sites * size] = NEVER
        if step == jobs.step_at[chain]:
            t.start[room : room + sites * size] = 0
        for way in range(jobs.way_at[step], jobs.way_at[step + 1]):
            at = room + a.ways.place[way] * size
            if a.ways.pausing[way]:
                _sweep_pausing(a, t, way, (jobs.low[step], at, at))
            else:
                _sweep(a, t, way, (jobs.low[step], at, at))
        if step + 1 < jobs.step_at[chain + 1]:
            if jobs.high[step + 1] < jobs.low[step + 1]:
                return
            _relay(a, t, step, fare)


@compiled
def _finale(a: Arrays, form: int, chain: int, end: int) -> int:
    """What ending a job then is worth; nothing for a chain that is not the one it ends with."""
    if a.jobs.last[form] != chain:
        return 0
    end = max(end, a.jobs.held[form])
    late = max(0, end - a.jobs.due[form])
    return a.jobs.late[form] * late + a.jobs.finish[form] * end


@compiled
def _end(a: Arrays, t: Tables, form: int, chain: int) -> tuple[int, int, int]:
    """Best value of a chain with the site and tick at which it ends."""
    jobs = a.jobs
    step = jobs.step_at[chain + 1] - 1
    for one in range(jobs.step_at[chain], step + 1):
        if jobs.high[one] < jobs.low[one]:
            return NEVER, 0, 0
    size = jobs.high[step] - jobs.low[step] + 1
    best, site, tick = NEVER, 0, 0
    for g in range(jobs.site_at[step + 1] - jobs.site_at[step]):
        for i in range(size):
            value = t.end[jobs.room[step] + g * size + i]
            if value > best:
                value += _finale(a, form, chain, jobs.low[step] + i)
                if value > best:
                    best, site, tick = value, g, jobs.low[step] + i
    return best, site, tick


@compiled
def _solve_form(a: Arrays, t: Tables, form: int, path: Ints) -> int:
    """Best value of a job in one form, NEVER where it has no place; its path is written."""
    jobs = a.jobs
    total = jobs.base[form]
    if jobs.chain_at[form] == jobs.chain_at[form + 1]:
        total += _finale(a, form, -1, jobs.held[form])
    for chain in range(jobs.chain_at[form], jobs.chain_at[form + 1]):
        _fill(a, t, chain, jobs.fare[form])
        value, site, tick = _end(a, t, form, chain)
        if value <= NEVER // 2:
            return NEVER
        total += value
        trace(a, t, chain, (site, tick, jobs.fare[form]), path)
    return total


@compiled
def _forget(a: Arrays, form: int, path: Ints) -> None:
    """Nothing is done of a form."""
    first, last = a.jobs.chain_at[form], a.jobs.chain_at[form + 1]
    path[a.jobs.step_at[first] : a.jobs.step_at[last], 0] = -1


@compiled
def solve_job(a: Arrays, t: Tables, job: int, path: Ints) -> int:
    """Best value of a job; ``path[step]`` gets (way, start, end) of each step, way -1 for none.

    NEVER for a job that has to be done and has no place; at least 0 for one that may be left out.
    """
    best, chosen = NEVER, -1
    for form in range(a.jobs.form_at[job], a.jobs.form_at[job + 1]):
        value = _solve_form(a, t, form, path)
        if value > best:
            best, chosen = value, form
    if a.jobs.must[a.jobs.form_at[job]] == 0 and best <= 0:
        best, chosen = 0, -1
    for form in range(a.jobs.form_at[job], a.jobs.form_at[job + 1]):
        if form != chosen:
            _forget(a, form, path)
    return best


@compiled
def _occupy(a: Arrays, usage: Ints, job: int, path: Ints, sign: int) -> None:
    """Add what a job uses to (or take it from) the usage of lanes."""
    jobs, horizon = a.jobs, usage.shape[1]
    first, last = jobs.chain_at[jobs.form_at[job]], jobs.chain_at[jobs.form_at[job + 1]]
    for step in range(jobs.step_at[first], jobs.step_at[last]):
        way = path[step, 0]
        if way >= 0:
            first = max(0, path[step, 1] - a.ways.lead[way])
            last = min(horizon, path[step, 2] + a.ways.gap[way])
            for tick in range(first, last):
                usage[a.ways.lane[way], tick] += sign * a.ways.amount[way]


@compiled
def solve_jobs(a: Arrays, t: Tables, which: Ints, state: tuple[Ints, Ints, Ints]) -> None:
    """Solve these jobs at the prices in ``sums``: their value, path and usage are renewed."""
    worth, path, usage = state
    for job in which:
        _occupy(a, usage, job, path, -1)
        worth[job] = solve_job(a, t, job, path)
        _occupy(a, usage, job, path, 1)
