"""How a plan under construction is judged, whatever the objective: less is better."""

from __future__ import annotations

from random import Random

from scheduling.backends.plan import Plan
from scheduling.problem import Assignment, Problem
from scheduling.registry import Objective

Key = tuple[int, int, int]


class Judge:
    """Turns an objective into scores to minimise and places single jobs by them."""

    def __init__(self, problem: Problem, objective: Objective) -> None:
        self.problem = problem
        self.objective = objective
        self.sign = -1 if objective.SENSE == "max" else 1
        self.largest = objective.AGGREGATE == "max"
        self.must = [objective.REQUIRES_ALL or must for must in problem.must_place]
        self.cost_matters = any(
            objective.contribution(job, job.release, 0)
            != objective.contribution(job, job.release, 1_000_000)
            for job in problem.jobs
        )

    def score(self, plan: Plan, job: int) -> int:
        """What a placed job adds, to be minimised."""
        return self.sign * self.objective.contribution(
            self.problem.jobs[job], plan.completion[job], plan.cost[job]
        )

    def key(self, plan: Plan, scores: dict[int, int]) -> Key:
        """Jobs missing that must not be, then the objective, then a tie-break."""
        missing = sum(1 for j, must in enumerate(self.must) if must and j not in scores)
        if self.largest:
            return missing, max(scores.values(), default=0), sum(plan.completion.values())
        return missing, sum(scores.values()), 0

    def place(
        self, plan: Plan, job: int, wishes: tuple[float | None, ...], noise: Random | None = None
    ) -> int | None:
        """Insert a job in the best of the wished ways; its score, or None when left out.

        An optional job that would make the plan worse is left out.
        """
        best: tuple[int, tuple[Assignment, ...]] | None = None
        for number, wish in enumerate(wishes):
            if not plan.insert(job, wish, noise):
                continue
            score = self.score(plan, job)
            last = number == len(wishes) - 1
            if last and (best is None or score < best[0]) and self._welcome(job, score):
                return score
            if best is None or score < best[0]:
                best = score, tuple(plan.placed[job].values())
            plan.remove(job)
        if best is None or not self._welcome(job, best[0]):
            return None
        plan.restore(job, best[1])
        return best[0]

    def _welcome(self, job: int, score: int) -> bool:
        return self.must[job] or score < 0
