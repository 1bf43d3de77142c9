"""Small multiples of line plots with logarithmic axes, written as SVG by hand."""
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT, COLUMNS = 330, 270, 3
LEFT, RIGHT, TOP, BOTTOM = 58, 14, 34, 46
LEGEND = 40
STYLE = """text { font: 12px system-ui, sans-serif; fill: #333 } .title { font-weight: 600; font-size: 13px }
.grid { stroke: #e4e4e4 } .axis { stroke: #888 } .line { fill: none; stroke-width: 2 } .dashed { stroke-dasharray: 5 4; stroke-width: 1.5 }"""


@dataclass(frozen=True)
class Line:
    name: str
    colour: str
    points: Sequence[tuple[float, float]]
    dashed: bool = False


@dataclass(frozen=True)
class Panel:
    title: str
    axis: str
    lines: Sequence[Line]


def render(panels: Sequence[Panel], unit: str) -> str:
    """One picture of all panels, with a legend on top made of the first panel's lines."""
    rows = -(-len(panels) // COLUMNS)
    width, height = COLUMNS * WIDTH, LEGEND + rows * HEIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        f"<style>{STYLE}</style>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    x = LEFT
    for line in panels[0].lines:
        parts.append(path(line, [(x, 20), (x + 28, 20)]))
        if not line.dashed:
            parts.append(f'<circle cx="{x + 14}" cy="20" r="3.2" fill="{line.colour}"/>')
        parts.append(f'<text x="{x + 35}" y="24">{escape(line.name)}</text>')
        x += 60 + 7 * len(line.name)
    for number, panel in enumerate(panels):
        parts.append(f'<g transform="translate({number % COLUMNS * WIDTH} {LEGEND + number // COLUMNS * HEIGHT})">')
        parts += draw(panel, unit)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def draw(panel: Panel, unit: str) -> list[str]:
    every = [point for line in panel.lines for point in line.points]
    ticks = sorted({x for line in panel.lines for x, _ in line.points})
    across = scale(ticks[0], ticks[-1], LEFT + 12, WIDTH - RIGHT - 12)
    low, high = min(y for _, y in every) / 1.25, max(y for _, y in every) * 1.25
    up = scale(low, high, HEIGHT - BOTTOM, TOP)
    parts = [f'<text class="title" x="{LEFT}" y="18">{escape(panel.title)}</text>']
    for y in decades(low, high):
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{up(y):.1f}" y2="{up(y):.1f}"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{up(y) + 4:.1f}" text-anchor="end">{label(y)}</text>')
    for x in ticks:
        parts.append(f'<line class="axis" x1="{across(x):.1f}" x2="{across(x):.1f}" y1="{HEIGHT - BOTTOM}" y2="{HEIGHT - BOTTOM + 4}"/>')
        parts.append(f'<text x="{across(x):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{label(x)}</text>')
    parts.append(f'<path class="axis" fill="none" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - BOTTOM + 36}" text-anchor="middle">{escape(panel.axis)}</text>')
    parts.append(f'<text transform="translate(13 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">{escape(unit)}</text>')
    for line in panel.lines:
        places = [(across(x), up(y)) for x, y in line.points]
        parts.append(path(line, places))
        if not line.dashed:
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{line.colour}"/>' for x, y in places]
    return parts


def path(line: Line, places: Sequence[tuple[float, float]]) -> str:
    steps = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    return f'<path class="line{" dashed" if line.dashed else ""}" stroke="{line.colour}" d="M{steps}"/>'


def scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    """Maps low to start and high to end, logarithmically."""
    return lambda value: start + (end - start) * math.log(value / low) / math.log(high / low)


def decades(low: float, high: float) -> list[float]:
    """1, 2, 5, 10, … between two limits; without 2 and 5 when that would be too many."""
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    values = [base * 10.0**exponent for exponent in exponents for base in (1, 2, 5)]
    inside = [value for value in values if low <= value <= high]
    return inside if len(inside) <= 8 else [value for value in inside if round(math.log10(value), 6) % 1 == 0]


def label(value: float) -> str:
    return f"{value:g}" if value < 10000 else f"{value:,.0f}"
