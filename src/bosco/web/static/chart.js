// Draws a chart over its data: zoom by dragging, values under the pointer, in the colours of the page.

const language = document.body.dataset.locale;
const zone = document.body.dataset.zone;
const tones = ["blue", "amber", "green", "violet", "red", "grey", "orange"];
let loading;

function library(address) {
  loading ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => done(window.uPlot);
    script.onerror = failed;
    document.head.append(script);
  });
  return loading;
}

function colour(name, within) {
  const probe = document.createElement("i");
  probe.style.color = `var(--${name})`;
  within.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

const numbers = new Intl.NumberFormat(language, { maximumSignificantDigits: 4 });
const short = new Intl.NumberFormat(language, { maximumSignificantDigits: 4, notation: "compact" });
const scaled = (value) => (Math.abs(value) < 1e5 ? numbers : short).format(value);
const formats = {};
function told(seconds, options) {
  const key = JSON.stringify(options);
  formats[key] ??= new Intl.DateTimeFormat(language, { timeZone: zone, hour12: false, ...options });
  return formats[key].format(seconds * 1000);
}

function ticks(plot, splits, axis, space, step) {
  const day = { day: "numeric", month: "short" };
  const clock = { hour: "2-digit", minute: "2-digit" };
  const options = step >= 86400 * 25 ? { month: "short", year: "2-digit" } : step >= 86400 ? day : step >= 60 ? clock : { ...clock, second: "2-digit" };
  let before;
  return splits.map((at) => {
    const label = told(at, options);
    const date = told(at, day);
    const changed = step < 86400 && date !== before;
    before = date;
    return changed ? `${label}\n${date}` : label;
  });
}

// Stretches and instants worth a look: incidents, deployments, maintenance.
function markers(data, within) {
  return (plot) => {
    const { ctx } = plot;
    const { left, top, width, height } = plot.bbox;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    for (const mark of data.markers ?? []) {
      const from = plot.valToPos(mark.at, "x", true);
      const tone = colour(`${mark.tone ?? "grey"}-solid`, within);
      ctx.fillStyle = ctx.strokeStyle = tone;
      if (mark.until) {
        ctx.globalAlpha = 0.14;
        ctx.fillRect(from, top, plot.valToPos(mark.until, "x", true) - from, height);
        ctx.globalAlpha = 1;
      }
      ctx.lineWidth = devicePixelRatio;
      ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(from, top);
      ctx.lineTo(from, top + height);
      ctx.stroke();
      ctx.setLineDash([]);
      if (mark.says) {
        ctx.font = `${12 * devicePixelRatio}px ${getComputedStyle(within).fontFamily}`;
        const gap = 5 * devicePixelRatio;
        const fits = from + gap + ctx.measureText(mark.says).width < left + width;
        ctx.textAlign = fits ? "left" : "right";
        ctx.textBaseline = "top";
        ctx.fillText(mark.says, fits ? from + gap : from - gap, top + 2 * devicePixelRatio);
      }
    }
    for (const level of data.levels ?? []) {
      const at = plot.valToPos(level.value, "y", true);
      ctx.strokeStyle = colour(`${level.tone ?? "amber"}-solid`, within);
      ctx.lineWidth = 1.5 * devicePixelRatio;
      ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(left, at);
      ctx.lineTo(left + width, at);
      ctx.stroke();
      ctx.setLineDash([]);
    }
    ctx.restore();
  };
}

// Between the highest and the lowest of what is usual, the paper is tinted.
function bands(series, within) {
  const high = series.findIndex((one) => one.band === "high");
  const low = series.findIndex((one) => one.band === "low");
  return high < 0 || low < 0 ? [] : [{ series: [high + 1, low + 1], fill: colour("grey-soft", within) }];
}

export async function drawChart(figure, address) {
  figure.dataset.drawn = "";
  const data = JSON.parse(document.getElementById(figure.dataset.drawing).textContent);
  if (!data.at?.length) return;
  const UPlot = await library(address);
  const place = figure.querySelector(".plot");
  const low = place.classList.contains("low");
  const unit = data.unit ? ` ${data.unit}` : "";
  const say = (value) => (value == null ? "—" : numbers.format(value) + unit);

  const build = () => {
    const ink = colour("ink-3", figure);
    const line = colour("line", figure);
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { show: false }, font: "12px 'Atkinson Next', sans-serif" };
    const values = data.series.map((one) => one.values);
    const highest = Math.max(0, ...(data.levels ?? []).map((level) => level.value));
    const options = {
      width: place.clientWidth,
      height: low ? 128 : 224,
      cursor: { drag: { x: true, y: false, setScale: true }, points: { size: 7 }, focus: { prox: 24 } },
      legend: { live: true },
      scales: {
        x: { time: true },
        y: { range: (plot, min, max) => [data.from ?? Math.min(0, min ?? 0), Math.max(max ?? 1, data.to ?? 0, highest) * 1.06 || 1] },
      },
      axes: [
        { ...axis, values: ticks, space: 64, size: 40 },
        { ...axis, size: 64, values: (plot, splits) => splits.map((value) => scaled(value) + unit), space: 36 },
      ],
      series: [
        { label: told(0, { weekday: "short" }) && figure.querySelector("thead th")?.textContent, value: (plot, at) => (at == null ? "—" : told(at, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" })) },
        ...data.series.map((one, index) => {
          const tone = { ok: "green", degraded: "amber", critical: "red", unknown: "violet", info: "blue", muted: "grey" }[one.tone] ?? one.tone ?? tones[index % tones.length];
          const stroke = colour(`${tone}-solid`, figure);
          if (one.band) return { label: one.name, stroke, width: 0.75, dash: [2, 3], value: (plot, value) => say(value), spanGaps: false, points: { show: false } };
          const few = data.at.length < 40;
          // A value with holes on both sides has no line: it is a point.
          const alone = one.values.flatMap((value, at) => (value != null && one.values[at - 1] == null && one.values[at + 1] == null ? [at] : []));
          return { label: one.name, stroke, width: 1.75, dash: index >= 3 ? [6, 3] : undefined, fill: data.series.length === 1 ? colour(`${tone}-soft`, figure) : undefined, value: (plot, value) => say(value), spanGaps: false, points: { show: few || alone.length > 0, ...(few ? {} : { filter: () => alone }) } };
        }),
      ],
      bands: bands(data.series, figure),
      hooks: { draw: [markers(data, figure)], setScale: [(plot, scale) => scale === "x" && offer(plot)] },
    };
    place.replaceChildren();
    return new UPlot(options, [data.at, ...values], place);
  };

  // Once zoomed, a button leads back; a double click does too.
  const back = document.createElement("button");
  Object.assign(back, { type: "button", className: "button plain tight", textContent: figure.dataset.zoomed, hidden: true });
  figure.querySelector("figcaption").append(back);
  const [first, last] = [data.at[0], data.at.at(-1)];
  const offer = (plot) => (back.hidden = plot.scales.x.min <= first && plot.scales.x.max >= last);
  let plot = build();
  back.addEventListener("click", () => plot.setScale("x", { min: first, max: last }));
  new ResizeObserver(() => place.clientWidth && plot.setSize({ width: place.clientWidth, height: low ? 128 : 224 })).observe(place);
  // A drawing keeps the colours it was made with: it is made again for the night, and for paper.
  for (const media of ["(prefers-color-scheme: dark)", "print"]) {
    matchMedia(media).addEventListener("change", () => {
      plot.destroy();
      plot = build();
    });
  }
}
