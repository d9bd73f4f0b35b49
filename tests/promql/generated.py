"""Queries made by chance, from the grammar, of known types; the same ones at every run."""

import random

METRICS = ["requests_total", "temperature", "took_bucket", "odd", "once", "size", "owner", "turn", "twice", "nothing"]
LABELS = ["job", "instance", "code", "room", "floor", "le", "n", "team", "half"]
VALUES = {"job": ["api", "web"], "instance": ["host0", "host1", "host2", "host3"], "floor": ["0", "1"], "n": ["0", "1"]}
SPANS = ["1m", "2m30s", "5m", "17m", "1h", "45s", "15s", "30s"]
OF_WINDOW = [
    "rate",
    "increase",
    "delta",
    "irate",
    "idelta",
    "deriv",
    "changes",
    "resets",
    "avg_over_time",
    "min_over_time",
    "max_over_time",
    "sum_over_time",
    "count_over_time",
    "stddev_over_time",
    "stdvar_over_time",
    "last_over_time",
    "present_over_time",
]
OF_VECTOR = [
    "abs",
    "ceil",
    "floor",
    "exp",
    "sqrt",
    "ln",
    "log2",
    "log10",
    "sgn",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "acosh",
    "atanh",
    "deg",
    "rad",
    "round",
]
DATES = ["minute", "hour", "day_of_week", "day_of_month", "day_of_year", "days_in_month", "month", "year"]
SHARES = ["0.5", "0.9", "0", "1", "-1", "2", "0.33"]
# Which of two equal rows is among the best is nobody's promise.
NO_TIES = ["size", "temperature{room!~'r[34]'}", "avg_over_time(size[5m])", "size / on (job) group_left owner"]
FOLDS = ["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar"]


class Chance:
    def __init__(self, seed: int) -> None:
        self.of = random.Random(seed)

    def one(self, things: list[str]) -> str:
        return self.of.choice(things)

    def often(self, share: float) -> bool:
        return self.of.random() < share

    def selector(self, times: bool = True) -> str:
        metric = self.one(METRICS)
        matchers = []
        for _ in range(self.of.choice([0, 0, 0, 1, 1, 2])):
            label = self.one(list(VALUES))
            op = self.one(["=", "!=", "=~", "!~"])
            value = self.one(VALUES[label]) if op in {"=", "!="} else self.one(["api|web", "host[01]", "0", ".*1", ""])
            matchers.append(f'{label}{op}"{value}"')
        return metric + (f"{{{','.join(matchers)}}}" if matchers else "")

    def when(self) -> str:
        found = ""
        if self.often(0.12):
            found += self.one([" offset 3m", " offset -2m", " offset 1h"])
        if self.often(0.1):
            found += self.one([" @ 1772442000", " @ start()", " @ end()", " @ 1772440123.5"])
        return found

    def window(self, depth: int) -> str:
        if depth > 0 and self.often(0.25):
            step = self.one(["", "30s", "1m", "77s"])
            return f"({self.vector(depth - 1)})[{self.one(['3m', '10m', '33m'])}:{step}]{self.when()}"
        return f"{self.selector()}[{self.one(SPANS)}]{self.when()}"

    def scalar(self, depth: int) -> str:
        if depth > 0 and self.often(0.15):
            return self.one([f"scalar({self.vector(depth - 1)})", "time()", f"({self.scalar(0)} * {self.scalar(0)})"])
        return self.one(["1", "2", "0.5", "-1", "0", "10", "3.7", "NaN", "Inf", "1e3", "100"])

    def labels(self) -> str:
        return ", ".join(self.of.sample(LABELS, self.of.randrange(4)))

    def grouping(self) -> str:
        return self.one(["", f" by ({self.labels()})", f" by ({self.labels()})", f" without ({self.labels()})"])

    def vector(self, depth: int) -> str:
        if depth <= 0:
            return self.selector() + self.when()
        make = self.of.choices(
            [self._of_window, self._of_vector, self._fold, self._number, self._rows, self._special], [5, 2, 4, 3, 3, 3]
        )[0]
        return make(depth - 1)

    def _of_window(self, depth: int) -> str:
        if self.often(0.2):
            return self.one(
                [
                    # With `@` over several steps, Prometheus 2.42 looks at other samples at each of them.
                    f"predict_linear({self.selector()}[{self.one(SPANS)}], {self.one(['60', '-300', '3600'])})",
                    f"quantile_over_time({self.one(SHARES)}, {self.window(depth)})",
                    f"holt_winters({self.window(depth)}, 0.3, {self.one(['0.1', '0.8'])})",
                    f"absent_over_time({self.window(depth)})",
                ]
            )
        return f"{self.one(OF_WINDOW)}({self.window(depth)})"

    def _of_vector(self, depth: int) -> str:
        if self.often(0.2):
            # What is no instant has a date in Prometheus all the same, by accident of its arithmetic.
            return f"{self.one(DATES)}({self.one(['temperature * 1e6', 'timestamp(size) * 31', 'vector(time())', ''])})"
        if self.often(0.05):
            return f"timestamp({self.selector()}{self.one(['', ' offset 3m', ' @ 1772442000'])})"
        return f"{self.one(OF_VECTOR)}({self.vector(depth)})"

    def _fold(self, depth: int) -> str:
        inside = self.vector(depth)
        if self.often(0.3):
            return self.one(
                [
                    f"topk{self.grouping()} ({self.one(['1', '2', '3', '0', '100'])}, {self.one(NO_TIES)})",
                    f"bottomk{self.grouping()} ({self.one(['1', '2', '5'])}, {self.one(NO_TIES)})",
                    f"quantile{self.grouping()} ({self.one(['0.5', '0.1', '0.99', '-1', '3', 'NaN'])}, {inside})",
                    f'count_values{self.grouping()} ("v", {self.selector()}{self.when()})',
                ]
            )
        return f"{self.one(FOLDS)}{self.grouping()} ({inside})"

    def _number(self, depth: int) -> str:
        sign = self.one(
            [
                "+",
                "-",
                "*",
                "/",
                "%",
                "^",
                "atan2",
                "==",
                "!=",
                ">",
                "<",
                ">=",
                "<=",
                "> bool",
                "== bool",
                "!= bool",
                "< bool",
                ">= bool",
            ]
        )
        sides = [self.vector(depth), self.scalar(depth)]
        self.of.shuffle(sides)
        return f"({sides[0]} {sign} {sides[1]})"

    def _rows(self, depth: int) -> str:
        left, right = self.vector(depth), self.vector(depth)
        names = ", ".join(self.of.sample(["job", "instance", "n", "team"], self.of.choice([1, 1, 2])))
        if self.often(0.4):
            how = self.one(["", f" on ({names})", f" ignoring ({names})", " on ()"])
            return f"({left} {self.one(['and', 'or', 'unless'])}{how} {right})"
        sign = self.one(["+", "-", "*", "/", "%", "==", "!=", ">", "<= bool", "> bool"])
        how = self.one(
            [
                "",
                f" on ({names})",
                f" ignoring ({names})",
                " on (job) group_left (team)",
                " on (job) group_right (team)",
                " ignoring (instance, team) group_right",
                " on (job, instance) group_left",
                " ignoring (team) group_left (half)",
            ]
        )
        if self.often(0.4):
            left, right = self.one(["size", "rate(requests_total[5m])"]), self.one(["owner", "turn", "twice", "size"])
        return f"({left} {sign}{how} {right})"

    def _special(self, depth: int) -> str:
        inside = self.vector(depth)
        return self.one(
            [
                f"-({inside})",
                f"absent({inside})",
                f"vector({self.scalar(depth)})",
                f"clamp({inside}, {self.one(['0', '5', '-1'])}, {self.one(['10', '2', '1e4'])})",
                f"clamp({inside}, scalar(temperature{{room='r1'}}), {self.one(['30', '22'])})",
                f"clamp_min({inside}, 1)",
                f"clamp_max({inside}, 20)",
                f"sort_desc({inside})",
                f"sort({inside})",
                f"(scalar({inside}) * pi() + {inside})",
                f"histogram_quantile({self.one(['0.47', '0.953', '0', '1', '-0.1', '1.1'])}, {inside})",
                "histogram_quantile(0.913, sum by (le, job) (rate(took_bucket[5m])))",
                f"histogram_quantile(0.51, rate(took_bucket[{self.one(SPANS)}]))",
                f'label_replace({inside}, "team", "t-$1", "job", "(.*)")',
                f'label_replace({inside}, "instance", "${{1}}", "instance", "host(\\\\d)")',
                f'label_replace({inside}, "job", "", "job", ".*")',
                f'label_join({inside}, "both", "-", "job", "instance")',
                f"round({inside}, 0.25)",
            ]
        )


def queries(count: int, seed: int = 1) -> list[str]:
    """Return that many queries."""
    return [Chance(seed * 100_000 + number).vector(number % 4) for number in range(count)]
