// SPDX-License-Identifier: GPL-3.0-or-later
// One panel of a control chart on uPlot: the line is uPlot's, everything that judges it is drawn
// here. Centre line solid, limits dashed with their value at the right end of each stage; a point
// that signals is a red diamond with the rule's number, the rest of its run wears rings; an excluded
// point stays, hollow and crossed; missing data break the line. Never colour alone.
import uPlot from 'uplot';
import { fixed } from '../../lib/format.js';
import { colour } from '../../lib/theme.js';

/** @typedef {import('./model.js').Panel} Panel */
/** @typedef {{low: number, high: number, count: number}} Bin */
/** @typedef {{panel: Panel, decimals: number, labelRoom: number, hasMargin: boolean, width: number, height: number, syncKey: string, from: number, to: number, bins: Bin[],
 *   spec: {lower: number | null, upper: number | null} | null, labels: {stageAt: (name: string) => string},
 *   onZoom: (from: number, to: number) => void, onPoint: (index: number) => void}} Options */

const INKS = ['soft', 'grid', 'point', 'limit', 'edge', 'spec', 'card', 'stop', 'ink'];
const DENSE_PX = 3, NARROW = 560, HISTOGRAM = 84, NEAR_PX = 5, RUN = { 2: 9, 3: 6, 4: 14, 5: 3, 6: 5, 7: 15, 8: 8 };
/** @type {Record<string, string>} */
const SHORT = { cusum: 'h' };

export class Plot {
  /** @param {HTMLElement} host @param {Options} options */
  constructor(host, options) {
    this.o = options;
    this.selected = 0;
    /** @type {number[]} points with a note */
    this.flags = [];
    /** @type {Record<string, string>} colours of the theme in force: a plot is made anew for another */
    this.ink = Object.fromEntries(INKS.map((name) => [name, colour(name)]));
    const { panel, width, height } = options;
    this.hasHistogram = width >= NARROW && options.bins.length > 1;
    this.labelRoom = options.labelRoom;
    const linear = /** @type {NonNullable<typeof uPlot.paths.linear>} */ (uPlot.paths.linear)();
    /** @type {uPlot.Series.PathBuilder} */
    const lines = (u, i, first, last) => (this.isDense(u) ? null : linear(u, i, first, last));
    const right = this.labelRoom + (width >= NARROW && options.hasMargin ? HISTOGRAM : 0);
    const soft = this.ink.soft, grid = { stroke: this.ink.grid, width: 1 };
    const font = '12px system-ui, sans-serif';
    this.u = new uPlot({
      width, height, legend: { show: false }, padding: [14, right, 0, 0],
      cursor: { sync: { key: options.syncKey, setSeries: false }, drag: { x: true, y: false, setScale: false }, y: false, points: { show: false } },
      select: { show: true, left: 0, top: 0, width: 0, height: 0 },
      scales: { x: { time: false, range: () => this.across() }, y: { range: () => this.up() } },
      axes: [
        { stroke: soft, grid: { show: false }, ticks: grid, font, size: panel.isSpread ? 34 : 26, values: (_u, splits) => splits.map((s) => (Number.isInteger(s) && s > 0 ? String(s) : '')) },
        { stroke: soft, grid, ticks: grid, font, size: (_u, values) => Math.max(64, ...(values ?? []).map((v) => 14 + String(v).length * 7)), values: (_u, splits) => splits.map((s) => fixed(s, this.tickPlaces(splits))) },
      ],
      series: [{}, ...this.data().slice(1).map(() => ({ stroke: this.ink.point, width: 1.3, points: { show: false }, spanGaps: false, paths: lines }))],
      hooks: { draw: [(u) => this.draw(u)], setSelect: [(u) => this.choose(u)], ready: [(u) => this.listen(u)] },
    }, this.data(), host);
  }

  destroy() {
    this.u.destroy();
  }

  /** New data in place; the window stays unless it is given. @param {Partial<Options>} more */
  update(more) {
    Object.assign(this.o, more);
    this.u.setData(this.data(), true);
  }

  /** @returns {uPlot.AlignedData} */
  data() {
    const { x, y, low } = this.o.panel;
    return low ? [x, y, low] : [x, y];
  }

  /** @param {number} from @param {number} to */
  show(from, to) {
    Object.assign(this.o, { from, to });
    this.u.setScale('x', { min: from, max: to });
  }

  /** The point the keyboard stands on; 0: none. @param {number} index */
  select(index) {
    if (this.selected === index) return;
    this.selected = index;
    this.u.redraw(false);
  }

  /** Points somebody said something of. @param {number[]} indices */
  flag(indices) {
    if (String(this.flags) === String(indices)) return;
    this.flags = indices;
    this.u.redraw(false);
  }

  /** @returns {[number, number]} */
  across() {
    const { from, to } = this.o, room = Math.max(0.5, (to - from) * 0.012);
    return [from - room, to + room];
  }

  /** @returns {[number, number]} */
  up() {
    const { panel, spec, from, to } = this.o;
    let low = Infinity, high = -Infinity;
    const take = (/** @type {number | null | undefined} */ v) => {
      if (v === null || v === undefined) return;
      if (v < low) low = v;
      if (v > high) high = v;
    };
    for (let i = 0; i < panel.x.length; i++) {
      if (panel.x[i] < from || panel.x[i] > to) continue;
      take(panel.y[i]);
      take(panel.low?.[i]);
    }
    panel.limits?.x.forEach((x, i) => {
      if (x < from || x > to) return;
      take(panel.limits?.lcl[i]);
      take(panel.limits?.ucl[i]);
    });
    for (const s of panel.stages) {
      if (s.to < from || s.from > to) continue;
      take(s.lcl);
      take(s.ucl);
      take(s.center);
    }
    if (spec && !panel.isSpread) {
      take(spec.lower);
      take(spec.upper);
    }
    if (panel.fromZero) take(0);
    if (!(high >= low) || (panel.fromZero && low === 0 && high === 0)) return [-0.04, 1];
    const room = (high - low || Math.abs(high) || 1) * 0.08;
    return [panel.fromZero && low === 0 ? -room / 2 : low - room, high + room]; // a point on the line at 0 is a whole one
  }

  /** @param {number[]} splits */
  tickPlaces(splits) {
    const step = splits.length > 1 ? Math.abs(splits[1] - splits[0]) : 1;
    const places = Math.max(0, Math.min(12, -Math.floor(Math.log10(step) + 1e-9))), lead = step * 10 ** places;
    return Math.abs(lead - Math.round(lead)) > 1e-6 ? places + 1 : places; // steps of 0.025
  }

  /** @param {uPlot} u */
  listen(u) {
    u.over.addEventListener('click', () => {
      const at = u.cursor.left;
      if (at === undefined || at < 0) return;
      this.o.onPoint(Math.round(Math.max(this.o.from, Math.min(this.o.to, u.posToVal(at, 'x')))));
    });
  }

  /** A stretch was dragged over. @param {uPlot} u */
  choose(u) {
    if (u.select.width < 8) return;
    const from = Math.max(1, Math.ceil(u.posToVal(u.select.left, 'x'))), to = Math.floor(u.posToVal(u.select.left + u.select.width, 'x'));
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (to > from) this.o.onZoom(from, to);
  }

  /* -- drawing ---------------------------------------------------------------------------------- */

  /** @param {uPlot} u */
  draw(u) {
    const { ctx } = u, ratio = uPlot.pxRatio;
    ctx.save();
    ctx.lineWidth = ratio;
    ctx.font = `${11.5 * ratio}px system-ui, sans-serif`;
    ctx.beginPath();
    ctx.rect(u.bbox.left, 0, u.bbox.width, u.bbox.top + u.bbox.height);
    ctx.save();
    ctx.clip();
    if (this.isDense(u)) this.drawColumns(u, ratio);
    this.drawStages(u, ratio);
    if (this.o.panel.limits) this.drawSteps(u, ratio);
    this.drawSpec(u, ratio);
    this.drawPoints(u, ratio);
    this.drawFlags(u, ratio);
    ctx.restore();
    this.drawLabels(u, ratio);
    this.drawHistogram(u, ratio);
    ctx.restore();
  }

  /** Columns that stand side by side, a pixel or two each. @param {uPlot} u */
  isDense(u) {
    const { panel, from, to } = this.o;
    if (panel.isWhole || panel.low) return false;
    const each = (panel.times.x.at(-1) ?? 0) / panel.times.x.length;
    return (u.bbox.width / uPlot.pxRatio) * (each / Math.max(1, to - from)) < DENSE_PX;
  }

  /** A bar from the least to the greatest of each column, long enough to meet the one before: what the line would
   * cover, at a tenth of the time that strokes of thousands of corners take. @param {uPlot} u @param {number} ratio */
  drawColumns(u, ratio) {
    const { panel: { x, y }, from, to } = this.o, { ctx } = u;
    /** @type {[number, number] | null} */
    let before = null;
    ctx.fillStyle = this.ink.point;
    ctx.globalAlpha = 0.7; // limits shine through
    for (let i = 0; i < x.length; i += 2) {
      const least = y[i], greatest = y[i + 1];
      if (least === null || greatest === null || (x[i + 2] ?? x[i]) < from || x[i] > to) {
        before = null;
        continue;
      }
      const left = Math.round(u.valToPos(x[i], 'x', true)), right = Math.round(u.valToPos(x[i + 2] ?? x[i] + 1, 'x', true));
      let top = Math.round(u.valToPos(greatest, 'y', true)), bottom = Math.round(u.valToPos(least, 'y', true));
      const own = /** @type {[number, number]} */ ([top, bottom]);
      if (before) {
        top = Math.min(top, before[1]);
        bottom = Math.max(bottom, before[0]);
      }
      ctx.fillRect(left, top, Math.max(1, right - left), Math.max(ratio, bottom - top));
      before = own;
    }
    ctx.globalAlpha = 1;
  }

  /** @param {uPlot} u @param {number} ratio */
  drawStages(u, ratio) {
    const { panel, from, to } = this.o;
    for (const s of panel.stages) {
      if (s.to < from || s.from > to) continue;
      const left = u.valToPos(s.from - 0.5, 'x', true), right = u.valToPos(s.to + 0.5, 'x', true);
      if (!panel.limits) {
        this.line(u, left, right, s.lcl, this.ink.limit, [6, 4], ratio);
        this.line(u, left, right, s.ucl, this.ink.limit, [6, 4], ratio);
      }
      this.line(u, left, right, s.center, this.ink.limit, [], ratio);
      if (s.from > 1 || s.name) this.stageBegin(u, left, s.name, s.from > 1, ratio);
    }
  }

  /** @param {uPlot} u @param {number} x @param {string} name @param {boolean} withLine @param {number} ratio */
  stageBegin(u, x, name, withLine, ratio) {
    const { ctx } = u;
    if (withLine) {
      ctx.strokeStyle = this.ink.edge;
      ctx.setLineDash([2 * ratio, 2 * ratio]);
      ctx.beginPath();
      ctx.moveTo(x, u.bbox.top);
      ctx.lineTo(x, u.bbox.top + u.bbox.height);
      ctx.stroke();
    }
    if (this.o.panel.isSpread || !name) return;
    ctx.fillStyle = this.ink.soft;
    ctx.textAlign = 'left';
    ctx.fillText(this.o.labels.stageAt(name), Math.max(x, u.bbox.left) + 4 * ratio, u.bbox.top - 3 * ratio);
  }

  /** @param {uPlot} u @param {number} left @param {number} right @param {number | null} value @param {string} stroke @param {number[]} dash @param {number} ratio */
  line(u, left, right, value, stroke, dash, ratio) {
    if (value === null || (value === 0 && this.o.panel.fromZero && dash.length)) return;
    const { ctx } = u, y = u.valToPos(value, 'y', true);
    ctx.strokeStyle = stroke;
    ctx.setLineDash(dash.map((d) => d * ratio));
    ctx.beginPath();
    ctx.moveTo(left, y);
    ctx.lineTo(right, y);
    ctx.stroke();
  }

  /** Limits of each point. @param {uPlot} u @param {number} ratio */
  drawSteps(u, ratio) {
    const { ctx } = u, limits = /** @type {NonNullable<Panel['limits']>} */ (this.o.panel.limits);
    ctx.strokeStyle = this.ink.limit;
    ctx.setLineDash([6 * ratio, 4 * ratio]);
    const starts = new Set(this.o.panel.stages.map((s) => s.from));
    for (const side of [limits.lcl, limits.ucl]) {
      let isOpen = false;
      ctx.beginPath();
      limits.x.forEach((x, i) => {
        const value = side[i];
        if (value === null || (value === 0 && this.o.panel.fromZero)) {
          isOpen = false;
          return;
        }
        const y = u.valToPos(value, 'y', true), left = u.valToPos(x - 0.5, 'x', true);
        if (isOpen && !starts.has(x)) ctx.lineTo(left, y);
        else ctx.moveTo(left, y);
        ctx.lineTo(u.valToPos((limits.x[i + 1] ?? x + 1) - 0.5, 'x', true), y);
        isOpen = true;
      });
      ctx.stroke();
    }
  }

  /** @param {uPlot} u @param {number} ratio */
  drawSpec(u, ratio) {
    const { spec, panel } = this.o;
    if (!spec || panel.isSpread) return;
    const left = u.bbox.left, right = left + u.bbox.width;
    this.line(u, left, right, spec.lower, this.ink.spec, [10, 4, 2, 4], ratio);
    this.line(u, left, right, spec.upper, this.ink.spec, [10, 4, 2, 4], ratio);
  }

  /** @param {uPlot} u @param {number} ratio */
  drawPoints(u, ratio) {
    const { panel, from, to } = this.o, { ctx } = u;
    ctx.setLineDash([]);
    const isRoomy = panel.isWhole && u.bbox.width / ratio / Math.max(1, to - from) >= NEAR_PX;
    const ringed = isRoomy ? runs(panel) : new Set();
    ctx.fillStyle = this.ink.point;
    if (isRoomy)
      for (const p of panel.dots) {
        if (p.value === null || p.index < from || p.index > to || panel.marked.get(p.index)?.value === p.value) continue;
        const x = u.valToPos(p.index, 'x', true), y = u.valToPos(p.value, 'y', true);
        ctx.beginPath();
        ctx.arc(x, y, 3 * ratio, 0, 2 * Math.PI);
        if (p.partial) this.hollow(ctx, ratio);
        else ctx.fill();
        if (ringed.has(p.index)) this.ring(ctx, x, y, ratio);
      }
    /** @type {number} */
    let lastLabel = -Infinity;
    for (const p of panel.marked.values()) {
      if (p.value === null || p.index < from || p.index > to) continue;
      const x = u.valToPos(p.index, 'x', true), y = u.valToPos(p.value, 'y', true);
      if (p.excluded) this.cross(ctx, x, y, ratio);
      else {
        this.diamond(ctx, x, y, (isRoomy ? 5.5 : 4) * ratio);
        if (x - lastLabel > 16 * ratio) {
          this.ruleText(u, x, y, p.rules.map((r) => SHORT[r] ?? r).join(','), ratio);
          lastLabel = x;
        }
      }
    }
    const at = this.selected && this.whereIs(this.selected);
    if (at) this.stand(u, u.valToPos(this.selected, 'x', true), u.valToPos(at, 'y', true), ratio);
  }

  /** A note: a small speech balloon at the upper edge, its tip over the point. @param {uPlot} u @param {number} ratio */
  drawFlags(u, ratio) {
    const { ctx } = u, { from, to } = this.o, top = u.bbox.top + ratio, w = 5 * ratio;
    ctx.fillStyle = this.ink.edge;
    for (const index of this.flags) {
      if (index < from || index > to) continue;
      const x = u.valToPos(index, 'x', true);
      ctx.beginPath();
      ctx.moveTo(x - w, top);
      ctx.lineTo(x + w, top);
      ctx.lineTo(x + w, top + 7 * ratio);
      ctx.lineTo(x + 2 * ratio, top + 7 * ratio);
      ctx.lineTo(x, top + 11 * ratio);
      ctx.lineTo(x - 2 * ratio, top + 7 * ratio);
      ctx.lineTo(x - w, top + 7 * ratio);
      ctx.fill();
    }
  }

  /** @param {number} index @returns {number | null} */
  whereIs(index) {
    const { panel } = this.o;
    if (panel.marked.has(index)) return panel.marked.get(index)?.value ?? null;
    if (panel.isWhole && !panel.low) return panel.points[index - panel.points[0]?.index]?.value ?? null;
    const i = panel.x.findIndex((x) => x >= index);
    return panel.y[i] ?? null;
  }

  /** @param {CanvasRenderingContext2D} ctx @param {number} ratio */
  hollow(ctx, ratio) {
    ctx.save();
    ctx.fillStyle = this.ink.card;
    ctx.strokeStyle = this.ink.point;
    ctx.lineWidth = 1.5 * ratio;
    ctx.fill();
    ctx.stroke();
    ctx.restore();
  }

  /** @param {CanvasRenderingContext2D} ctx @param {number} x @param {number} y @param {number} ratio */
  ring(ctx, x, y, ratio) {
    ctx.strokeStyle = this.ink.stop;
    ctx.beginPath();
    ctx.arc(x, y, 6 * ratio, 0, 2 * Math.PI);
    ctx.stroke();
  }

  /** @param {CanvasRenderingContext2D} ctx @param {number} x @param {number} y @param {number} size */
  diamond(ctx, x, y, size) {
    ctx.fillStyle = this.ink.stop;
    ctx.beginPath();
    ctx.moveTo(x, y - size);
    ctx.lineTo(x + size, y);
    ctx.lineTo(x, y + size);
    ctx.lineTo(x - size, y);
    ctx.fill();
  }

  /** @param {CanvasRenderingContext2D} ctx @param {number} x @param {number} y @param {number} ratio */
  cross(ctx, x, y, ratio) {
    const s = 4.5 * ratio;
    ctx.strokeStyle = this.ink.soft;
    ctx.lineWidth = 1.5 * ratio;
    ctx.beginPath();
    ctx.arc(x, y, s, 0, 2 * Math.PI);
    ctx.moveTo(x - s, y - s);
    ctx.lineTo(x + s, y + s);
    ctx.moveTo(x - s, y + s);
    ctx.lineTo(x + s, y - s);
    ctx.stroke();
    ctx.lineWidth = ratio;
  }

  /** @param {uPlot} u @param {number} x @param {number} y @param {string} text @param {number} ratio */
  ruleText(u, x, y, text, ratio) {
    const { ctx } = u, below = y - 18 * ratio < u.bbox.top;
    ctx.fillStyle = this.ink.stop;
    ctx.textAlign = 'center';
    ctx.fillText(text, x, below ? y + 18 * ratio : y - 9 * ratio);
  }

  /** @param {uPlot} u @param {number} x @param {number} y @param {number} ratio */
  stand(u, x, y, ratio) {
    const { ctx } = u;
    ctx.strokeStyle = this.ink.ink;
    ctx.lineWidth = 2 * ratio;
    ctx.strokeRect(x - 8 * ratio, y - 8 * ratio, 16 * ratio, 16 * ratio);
    ctx.lineWidth = ratio;
  }

  /** Names and values at the right end: of the stage that is last in sight. @param {uPlot} u @param {number} ratio */
  drawLabels(u, ratio) {
    const { panel, decimals, spec, to } = this.o, { ctx } = u;
    const stage = [...panel.stages].reverse().find((s) => s.from <= to) ?? panel.stages.at(-1);
    if (!stage) return;
    const places = panel.isSpread ? decimals + 1 : decimals;
    const seen = panel.limits ? panel.limits.x.findLastIndex((x) => x <= to) : -1; // limits of points: those of the last one in sight
    const last = panel.limits && { lcl: panel.limits.lcl[seen] ?? null, ucl: panel.limits.ucl[seen] ?? null };
    /** @type {[string, number | null, string][]} */
    const wanted = [[panel.ends[0], last ? last.ucl : stage.ucl, 'limit'], [panel.ends[1], stage.center, 'limit'], [panel.ends[2], last ? last.lcl : stage.lcl, 'limit']];
    if (spec && !panel.isSpread) wanted.push(['USL', spec.upper, 'spec'], ['LSL', spec.lower, 'spec']);
    const shown = wanted.filter(([name, v]) => v !== null && name && !(v === 0 && panel.fromZero && name === 'LCL'))
      .map(([name, v, ink]) => ({ text: `${name} ${fixed(v, places)}`, ink, y: u.valToPos(/** @type {number} */ (v), 'y', true) }))
      .sort((a, b) => a.y - b.y);
    const step = 14 * ratio;
    for (let i = 1; i < shown.length; i++) shown[i].y = Math.max(shown[i].y, shown[i - 1].y + step);
    ctx.textAlign = 'left';
    for (const label of shown) {
      ctx.fillStyle = this.ink[label.ink];
      ctx.fillText(label.text, u.bbox.left + u.bbox.width + 5 * ratio, label.y + 4 * ratio);
    }
  }

  /** In the right margin, on the same scale. @param {uPlot} u @param {number} ratio */
  drawHistogram(u, ratio) {
    if (!this.hasHistogram) return;
    const { ctx } = u, most = Math.max(...this.o.bins.map((b) => b.count));
    const left = u.bbox.left + u.bbox.width + this.labelRoom * ratio, top = u.bbox.top, bottom = top + u.bbox.height;
    ctx.fillStyle = this.ink.point;
    ctx.globalAlpha = 0.55;
    for (const bin of this.o.bins) {
      const y1 = Math.max(top, u.valToPos(bin.high, 'y', true)), y2 = Math.min(bottom, u.valToPos(bin.low, 'y', true));
      if (y2 > y1) ctx.fillRect(left, y1 + ratio / 2, (bin.count / most) * (HISTOGRAM - 14) * ratio, Math.max(ratio, y2 - y1 - ratio));
    }
    ctx.globalAlpha = 1;
  }
}

/** Pixels for "UCL" and its value, the longest of them. @param {Panel} panel @param {number} decimals */
export function labelRoom(panel, decimals) {
  const places = panel.isSpread ? decimals + 1 : decimals;
  const longest = Math.max(4, ...panel.stages.flatMap((s) => [s.lcl, s.center, s.ucl]).map((v) => fixed(v, places).length));
  return 38 + Math.ceil(longest * 6.8);
}

/** Points that belong to a run that a rule names. @param {Panel} panel @returns {Set<number>} */
function runs(panel) {
  const out = new Set();
  for (const p of panel.marked.values())
    for (const rule of p.rules) {
      const length = RUN[/** @type {keyof typeof RUN} */ (rule)];
      for (let i = 1; length && i < length; i++) out.add(p.index - i);
    }
  return out;
}

/** So many classes of what is plotted, for the margin. @param {(number | null)[]} values @returns {Bin[]} */
export function binsOf(values) {
  const known = /** @type {number[]} */ (values.filter((v) => v !== null));
  if (known.length < 8) return [];
  let low = Infinity, high = -Infinity;
  for (const v of known) {
    if (v < low) low = v;
    if (v > high) high = v;
  }
  if (!(high > low)) return [];
  const count = Math.min(30, Math.max(6, Math.round(Math.sqrt(known.length)))), width = (high - low) / count;
  const bins = Array.from({ length: count }, (_, i) => ({ low: low + i * width, high: low + (i + 1) * width, count: 0 }));
  for (const v of known) bins[Math.min(count - 1, Math.floor((v - low) / width))].count++;
  return bins;
}
