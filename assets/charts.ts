// Draws a <figure data-chart> from the JSON inside it. The server has put every number in words; this only draws.
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use, type ECharts, type EChartsCoreOption } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

interface Row {
  name: string;
  values: (number | null)[];
  texts: string[];
  cost?: boolean;
}
interface IncomeOverYears {
  kind: "income-over-years";
  language: string;
  unit: string;
  categories: string[];
  bars: Row[];
  line: Row;
  net: Row;
}
interface Series {
  kind: "series";
  label: string;
  language: string;
  unit: string;
  points: { day: string; value: number | null; text: string; lines: [string, string][]; verified: boolean }[];
}

const INK = "#17262e";
const GREY = "#4a5b65";
const LINE = "#d3dbe0";
const ACCENT = "#0b5e6e";
const BARS = ["#0b5e6e", "#6ba8b3", "#8b9aa3", "#c3dde2", "#4a5b65", "#d3dbe0"];

export function draw(figure: HTMLElement): void {
  const canvas = figure.querySelector<HTMLElement>(".chart-drawing");
  const json = figure.querySelector("script[type='application/json']")?.textContent;
  if (!canvas || !json || figure.classList.contains("is-drawn")) return;
  const data = JSON.parse(json) as IncomeOverYears | Series;
  figure.classList.add("is-drawn");
  const table = figure.querySelector<HTMLDetailsElement>("details.figures");
  if (table) table.open = false;
  const chart = init(canvas, null, { renderer: "svg" });
  const show = (): void => chart.setOption(data.kind === "series" ? series(data, canvas) : income(data, canvas), true);
  show();
  follow(chart, canvas, show);
}

function follow(chart: ECharts, canvas: HTMLElement, show: () => void): void {
  new ResizeObserver(() => {
    chart.resize();
    show();
  }).observe(canvas);
}

/** What all charts share: letters of the page, dark text, thousands in the reader's way, room for the labels. */
function frame(language: string, unit: string, canvas: HTMLElement): EChartsCoreOption {
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  const text = { color: INK, fontSize: 14, fontFamily: getComputedStyle(canvas).fontFamily };
  return {
    animation: false,
    textStyle: text,
    grid: { left: 8, right: 16, top: 64, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, type: "scroll", itemWidth: 16, itemHeight: 10, textStyle: text },
    yAxis: {
      type: "value",
      name: unit,
      nameLocation: "end",
      nameTextStyle: { ...text, color: GREY, align: "left" },
      axisLabel: { ...text, color: GREY, formatter: (value: number) => format.format(value) },
      splitLine: { lineStyle: { color: LINE } },
    },
  };
}

function tooltip(content: (index: number) => HTMLElement): EChartsCoreOption {
  return {
    trigger: "axis",
    confine: true,
    backgroundColor: "#fff",
    borderColor: "#8b9aa3",
    textStyle: { color: INK, fontSize: 14 },
    axisPointer: { type: "line", lineStyle: { color: GREY } },
    formatter: (items: { dataIndex: number }[]) => content(items[0]?.dataIndex ?? 0),
  };
}

/** The tooltip is built of elements, so that no text of the data is read as HTML and no style stands in it. */
function tip(title: string, lines: [string, string, string?][]): HTMLElement {
  const box = document.createElement("div");
  box.className = "chart-tip";
  const head = document.createElement("b");
  head.textContent = title;
  box.append(head);
  for (const [label, value, kind] of lines) {
    const line = document.createElement("div");
    if (kind) line.className = kind;
    for (const words of [label, value]) {
      const part = document.createElement("span");
      part.textContent = words;
      line.append(part);
    }
    box.append(line);
  }
  return box;
}

function income(data: IncomeOverYears, canvas: HTMLElement): EChartsCoreOption {
  const shared = frame(data.language, data.unit, canvas);
  const rows: [Row, string?][] = [...data.bars.map((bar): [Row] => [bar]), [data.net, "net"], [data.line]];
  return {
    ...shared,
    tooltip: tooltip((at) =>
      tip(data.categories[at] ?? "", rows.map(([row, kind]) => [row.name, row.texts[at] ?? "", kind])),
    ),
    xAxis: {
      type: "category",
      data: data.categories,
      axisTick: { show: false },
      axisLine: { onZero: true, lineStyle: { color: GREY } },
      axisLabel: { color: GREY, fontSize: 14 },
    },
    series: [
      ...data.bars.map((bar, index) => ({
        type: "bar",
        name: bar.name,
        stack: "income",
        data: bar.values,
        barMaxWidth: 48,
        itemStyle: bar.cost
          ? { color: "#fff", borderColor: GREY, borderWidth: 1.5, borderType: "dashed" }
          : { color: BARS[index % BARS.length], borderColor: "#fff", borderWidth: 1 },
      })),
      {
        type: "line",
        name: data.line.name,
        data: data.line.values,
        step: "middle",
        symbol: "none",
        lineStyle: { color: "#b3261e", width: 2, type: "dashed" },
        itemStyle: { color: "#b3261e" },
        z: 4,
      },
      {
        type: "line",
        name: data.net.name,
        data: data.net.values,
        symbol: "diamond",
        symbolSize: 13,
        lineStyle: { color: INK, width: 1.5 },
        itemStyle: { color: INK, borderColor: "#fff", borderWidth: 1.5 },
        z: 5,
      },
    ],
  };
}

function series(data: Series, canvas: HTMLElement): EChartsCoreOption {
  return {
    ...frame(data.language, data.unit, canvas),
    legend: { show: false },
    grid: { left: 8, right: 40, top: 40, bottom: 8, containLabel: true },
    tooltip: tooltip((at) => {
      const point = data.points[at];
      return tip(point?.day ?? "", point ? [[data.label, point.text, "net"], ...point.lines] : []);
    }),
    xAxis: {
      type: "time",
      axisLabel: { color: GREY, fontSize: 14, hideOverlap: true, formatter: "{yyyy}" },
      minInterval: 365 * 24 * 3600 * 1000,
      axisLine: { lineStyle: { color: GREY } },
    },
    series: [
      {
        type: "line",
        name: data.label,
        symbol: "circle",
        symbolSize: 9,
        lineStyle: { color: ACCENT, width: 2 },
        data: data.points.map((point) => ({
          value: [point.day, point.value],
          // A hollow point has not been checked against its source.
          itemStyle: point.verified ? { color: ACCENT } : { color: "#fff", borderColor: "#b87a00", borderWidth: 2.5 },
          label: { show: point.value !== null, position: "top", formatter: point.text, fontSize: 14, color: INK },
        })),
      },
    ],
  };
}
