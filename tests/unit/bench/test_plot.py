"""Plots are well-formed pictures that name what they show."""

from xml.etree import ElementTree

from tests.bench.plot import HEIGHT, WIDTH, Line, plot


def test_a_plot_shows_every_point_inside_its_frame() -> None:
    points = {1: 0.5, 10: 1200.0, 1000: 30_000.0}
    root = ElementTree.fromstring(plot("Hosts & players", [Line("crafts/s", points)]))
    circles = [e for e in root.iter() if e.tag.endswith("circle")]
    assert len(circles) == len(points)
    assert all(0 < float(c.get("cx", "-1")) < WIDTH for c in circles)
    heights = [float(c.get("cy", "-1")) for c in circles]
    assert all(0 < y < HEIGHT for y in heights)
    assert heights == sorted(heights, reverse=True), "more stands higher"
    words = [e.text for e in root.iter() if e.tag.endswith("text")]
    assert {"Hosts & players", "crafts/s", "1,000", "30,000", "0.5"} <= set(words)


def test_a_single_point_is_drawn_too() -> None:
    assert "<circle" in plot("one", [Line("x", {5: 1.0})])
