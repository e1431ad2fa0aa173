// Charts of the console, drawn by ECharts as SVG from the JSON beside them; colours come from the tokens.
//
// kind "bars":  {labels, scale, series: [{name, tone, values}], stacked, peaks}
// kind "lines": {labels, scale, series: [{name, tone, values, dashed}], from}
// kind "net":   {labels, scale, values}: bars to the left and right of zero
// scale: what one unit of the axis stands for. stacked: bars on each other. peaks: so many of the highest are labelled.
// from: where the axis begins, if not at zero; the title says so. fen: values are fen, shown in yuan. tone: see TONES.
"use strict";

const TONES = {
  issued: "--pts-fill", rest: "--pts-fill-2", used: "--pri", expired: "--grey-fill", undelivered: "--alm-fill",
  green: "--grn-fill", ink: "--ink-2",
};

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function plain(number) {
  return number.toLocaleString("en-US").replace("-", "−");
}

// Whole figures where they are large enough, else with a digit or two behind the point.
function scaled(value, scale, more) {
  const shown = value / scale;
  const digits = Number.isInteger(shown) ? 0 : Math.abs(shown) >= 100 ? 1 : Math.abs(shown) >= 10 && !more ? 1 : 2;
  return shown.toLocaleString("en-US", { maximumFractionDigits: digits }).replace("-", "−");
}

function text(colour, size) {
  return { color: token(colour), fontSize: size || 12, fontFamily: getComputedStyle(document.body).fontFamily };
}

function frame(data, extra) {
  return Object.assign({
    animation: false,
    grid: { left: 4, right: 12, top: 16, bottom: 4, containLabel: true },
    textStyle: text("--ink-2"),
    tooltip: {
      trigger: "axis", renderMode: "richText", confine: true, backgroundColor: token("--surface"),
      borderColor: token("--line-2"), borderWidth: 1, textStyle: text("--ink", 13), axisPointer: { type: "none" },
      formatter: (points) => [points[0].name, ...points.map((one) => `${one.seriesName}  ${plain(one.value * (data.show || 1))}`)]
        .join("\n"),
    },
  }, extra);
}

function across(data) {
  return {
    type: "category", data: data.labels, axisTick: { show: false }, axisLine: { lineStyle: { color: token("--line-2") } },
    axisLabel: Object.assign(text("--ink-3"), { hideOverlap: true, showMaxLabel: true }),
  };
}

function upward(data, more) {
  return Object.assign({
    type: "value", splitNumber: 4, splitLine: { lineStyle: { color: token("--line") } },
    axisLabel: Object.assign(text("--ink-3"), { formatter: (value) => scaled(value, data.scale) }),
  }, more);
}

function bars(data) {
  const sums = data.labels.map((_, at) => data.series.reduce((sum, one) => sum + one.values[at], 0));
  const high = [...sums].sort((one, other) => other - one).slice(0, data.peaks || 0).filter((sum) => sum > 0);
  const top = data.series.length - 1;
  const series = data.series.map((one, place) => ({
    name: one.name, type: "bar", data: one.values, stack: data.stacked ? "all" : undefined,
    barMaxWidth: data.stacked ? 16 : 14, barMinWidth: data.peaks ? 6 : 2, barGap: data.stacked ? "-100%" : "15%",
    itemStyle: { color: token(TONES[one.tone]), borderRadius: data.stacked ? 0 : [2, 2, 0, 0] },
    label: {
      show: Boolean(data.peaks) && place === top, position: "top", color: token("--ink-2"), fontSize: 12,
      formatter: (point) => (high.includes(sums[point.dataIndex]) ? scaled(sums[point.dataIndex], data.scale) : ""),
    },
  }));
  const least = Math.min(0, ...(data.stacked ? [] : data.series.flatMap((one) => one.values)));
  const shown = frame(data, { xAxis: across(data), yAxis: upward(data, least < 0 ? {} : { min: 0 }), series });
  if (data.peaks) {
    // Of so many days only those that stand out are named, and the last.
    shown.grid.top = 24;
    shown.grid.right = 24;
    shown.xAxis.axisLabel.interval = (at) => high.includes(sums[at]) || at === sums.length - 1;
    shown.xAxis.axisLabel.hideOverlap = false;
  }
  return shown;
}

function lines(data) {
  const series = data.series.map((one) => ({
    name: one.name, type: "line", data: one.values, symbol: "circle", symbolSize: 5, showSymbol: false,
    lineStyle: { color: token(TONES[one.tone]), width: 2, type: one.dashed ? "dashed" : "solid" },
    itemStyle: { color: token(TONES[one.tone]) },
    endLabel: {
      show: true, color: token("--ink"), fontSize: 12, fontWeight: 700,
      formatter: (point) => scaled(point.value, data.scale, true),
    },
  }));
  const shown = frame(data, {
    xAxis: across(data), series,
    yAxis: upward(data, { min: data.from || 0 }),
  });
  shown.grid.right = 44;
  shown.xAxis.boundaryGap = false;
  shown.xAxis.axisLabel.showMaxLabel = false;
  return shown;
}

function net(data) {
  return frame(data, {
    xAxis: upward(data, {}),
    yAxis: Object.assign(across(data), { inverse: true }),
    series: [{
      type: "bar", barMaxWidth: 18,
      data: data.values.map((value) => ({
        value, itemStyle: { color: token(value < 0 ? "--grey-fill" : "--pri"), borderRadius: 2 },
        label: { show: true, position: value < 0 ? "left" : "right", color: token("--ink-2"), formatter: () => scaled(value, data.scale) },
      })),
    }],
  });
}

const KINDS = { bars, lines, net };
const drawn = [];

function draw(place) {
  const data = JSON.parse(place.querySelector("script").textContent);
  if (data.fen) data.show = 0.01;
  const canvas = document.createElement("div");
  canvas.className = "canvas";
  place.append(canvas);
  const chart = window.echarts.init(canvas, null, { renderer: "svg" });
  const again = () => chart.setOption(KINDS[place.dataset.chart](data), true);
  again();
  drawn.push({ chart, again });
}

document.querySelectorAll("[data-chart]").forEach(draw);
window.addEventListener("resize", () => drawn.forEach((one) => one.chart.resize()));
const redraw = () => drawn.forEach((one) => one.again());
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
new MutationObserver(redraw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
window.addEventListener("beforeprint", redraw);
