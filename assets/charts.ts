// Draws a <figure data-chart> from the JSON inside it. The server has put every number in words; this only draws.
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { init, use, type ECharts, type EChartsCoreOption } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, TooltipComponent, SVGRenderer]);

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
  vintages: string[]; // more than one: their figures conflict, and no line joins the points
  points: { day: string; value: number | null; text: string; lines: [string, string][]; verified: boolean; vintage: number }[];
}

const INK = "#17262e";
const GREY = "#4a5b65";
const LINE = "#d3dbe0";
const RED = "#b3261e";
const ACCENT = "#0b5e6e";
// One mark per vintage, in the letters of ECharts and as the path of the legend.
const SYMBOLS = ["circle", "diamond", "triangle", "rect"] as const;
const MARKS = ["M10 1A5 5 0 1 1 9.9 1Z", "M10 0 16 6 10 12 4 6Z", "M10 1 16 11H4Z", "M5 1H15V11H5Z"] as const;
const BARS = ["#0b5e6e", "#6ba8b3", "#8b9aa3", "#c3dde2", "#4a5b65", "#d3dbe0"];

export function draw(figure: HTMLElement): void {
  const canvas = figure.querySelector<HTMLElement>(".chart-drawing");
  const json = figure.querySelector("script[type='application/json']")?.textContent;
  if (!canvas || !json || figure.classList.contains("is-drawn")) return;
  const data = JSON.parse(json) as IncomeOverYears | Series;
  figure.classList.add("is-drawn");
  const table = figure.querySelector<HTMLDetailsElement>("details.figures");
  if (table) table.open = false;
  const entries = data.kind === "series" ? vintages(data) : components(data);
  if (entries.length > 0) canvas.before(legend(entries));
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
function frame(language: string, unit: string, canvas: HTMLElement, suffix = ""): EChartsCoreOption {
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  const text = { color: INK, fontSize: 14, fontFamily: getComputedStyle(canvas).fontFamily };
  return {
    animation: false,
    textStyle: text,
    grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
    yAxis: {
      type: "value",
      name: unit,
      nameLocation: "end",
      nameTextStyle: { ...text, color: GREY, align: "left" },
      axisLabel: { ...text, color: GREY, formatter: (value: number) => format.format(value) + suffix },
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

function shade(index: number): string {
  return BARS[index % BARS.length] ?? GREY;
}

type Mark = Record<string, string>;

function components(data: IncomeOverYears): [string, Mark][] {
  return [
    ...data.bars.map((bar, index): [string, Mark] => [
      bar.name,
      bar.cost
        ? { d: "M1 1H19V11H1Z", fill: "#fff", stroke: GREY, "stroke-dasharray": "3 2" }
        : { d: "M0 0H20V12H0Z", fill: shade(index) },
    ]),
    [data.net.name, { d: "M10 0 16 6 10 12 4 6ZM0 5.5H20V6.5H0Z", fill: INK }],
    [data.line.name, { d: "M0 6H20", stroke: RED, "stroke-width": "2.5", "stroke-dasharray": "5 3" }],
  ];
}

function vintages(data: Series): [string, Mark][] {
  if (data.vintages.length < 2) return [];
  return data.vintages.map((name, index) => [name, { d: MARKS[index % MARKS.length] ?? MARKS[0], fill: shade(2 * index) }]);
}

/** The legend stands above the drawing as text that wraps; its marks are the drawing's own. */
function legend(entries: [string, Mark][]): HTMLElement {
  const list = document.createElement("ul");
  list.className = "chart-legend";
  list.setAttribute("aria-hidden", "true");
  for (const [name, mark] of entries) {
    const item = document.createElement("li");
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "0 0 20 12");
    for (const [key, value] of Object.entries(mark)) path.setAttribute(key, value);
    svg.append(path);
    item.append(svg, name);
    list.append(item);
  }
  return list;
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
          : { color: shade(index), borderColor: "#fff", borderWidth: 1 },
      })),
      {
        type: "line",
        name: data.line.name,
        data: data.line.values,
        step: "middle",
        symbol: "none",
        lineStyle: { color: RED, width: 2, type: "dashed" },
        itemStyle: { color: RED },
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

function falls(data: Series, index: number): boolean {
  const from = data.points[index + 1] ? index : index - 1;
  return (data.points[from]?.value ?? 0) > (data.points[from + 1]?.value ?? 0);
}

function series(data: Series, canvas: HTMLElement): EChartsCoreOption {
  const days = data.points.map((point) => Date.parse(`${point.day}T00:00`));
  const joined = data.vintages.length < 2;
  const tone = (point: { vintage: number }): string => (joined ? ACCENT : shade(2 * point.vintage));
  const yearly = new Set(data.points.map((point) => point.day.slice(0, 4))).size === data.points.length;
  return {
    ...frame(data.language, "", canvas, data.unit),
    grid: { left: 8, right: 32, top: 28, bottom: 8, containLabel: true },
    tooltip: tooltip((at) => {
      const point = data.points[at];
      return tip(point?.day ?? "", point ? [[data.label, point.text, "net"], ...point.lines] : []);
    }),
    xAxis: {
      type: "time",
      boundaryGap: ["8%", "8%"],
      axisTick: { customValues: days },
      axisLabel: { color: GREY, fontSize: 14, hideOverlap: true, customValues: days, formatter: yearly ? "{yyyy}" : "{yyyy}-{MM}-{dd}" },
      axisLine: { lineStyle: { color: GREY } },
    },
    series: [
      {
        type: "line",
        name: data.label,
        symbolSize: joined ? 9 : 12,
        lineStyle: { color: ACCENT, width: joined ? 2 : 0 },
        data: data.points.map((point, index) => ({
          value: [Date.parse(`${point.day}T00:00`), point.value],
          symbol: SYMBOLS[point.vintage % SYMBOLS.length],
          // A hollow point has not been checked against its source.
          itemStyle: point.verified ? { color: tone(point) } : { color: "#fff", borderColor: joined ? "#b87a00" : tone(point), borderWidth: 2.5 },
          // Beside the line, not on it.
          label: {
            show: point.value !== null,
            position: "top",
            align: falls(data, index) ? "left" : "right",
            formatter: point.text,
            fontSize: 14,
            color: INK,
          },
        })),
      },
    ],
  };
}
