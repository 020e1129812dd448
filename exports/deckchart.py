"""Charts on slides, as PowerPoint's own objects."""

from collections.abc import Sequence
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.oxml.ns import qn
from pptx.util import Pt

from exports.decktext import typeface_xml
from exports.slides import Box, Canvas, describe
from layers import style


def put_stacked_bars(
    canvas: Canvas,
    box: Box,
    categories: Sequence[str],
    series: Sequence[tuple[str, Sequence[int], str]],
    name: str,
    alt: str,
) -> Any:
    """Put a chart of horizontal stacked bars; a series is its name, its values and its colour."""
    data = CategoryChartData(number_format="0")
    data.categories = list(categories)
    for label, values, _ in series:
        data.add_series(label, values)
    frame = canvas.slide.shapes.add_chart(XL_CHART_TYPE.BAR_STACKED, *box.emu, data)
    describe(frame, name, alt)
    _style_chart(frame.chart, [colour for _, _, colour in series])
    for properties in frame.chart._chartSpace.iter(qn("a:defRPr"), qn("a:rPr")):
        typeface_xml(properties, canvas.setter.typefaces.latin, canvas.setter.typefaces.east_asian)
    return frame


def _style_chart(chart: Any, colours: Sequence[str]) -> None:
    chart.has_title, chart.has_legend = False, True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    chart.font.size, chart.font.color.rgb = Pt(10), RGBColor.from_string(style.TEXT[1:])
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = 42, 100
    axis = chart.category_axis
    axis.reverse_order, axis.major_tick_mark = True, XL_TICK_MARK.NONE
    axis.format.line.color.rgb = RGBColor.from_string(style.LINE[1:])
    values = chart.value_axis
    values.has_major_gridlines, values.visible = False, False
    values.tick_label_position = XL_TICK_LABEL_POSITION.NONE
    for series, colour in zip(plot.series, colours, strict=True):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = RGBColor.from_string(colour[1:])
        series.format.line.color.rgb = RGBColor(255, 255, 255)
        labels = series.data_labels
        labels.show_value, labels.number_format, labels.number_format_is_linked = True, '[>=3]0;""', False
        labels.font.size, labels.font.bold = Pt(9), True
        labels.font.color.rgb = RGBColor.from_string(contrasting(colour)[1:])


def contrasting(colour: str) -> str:
    """Return white or the text colour, whichever reads better on a colour."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    light = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2
    return style.TEXT if light > 0.22 else "#FFFFFF"
