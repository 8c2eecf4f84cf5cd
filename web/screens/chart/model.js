// SPDX-License-Identifier: GPL-3.0-or-later
// What is drawn, made of the answer of /chart?columns=: one panel for the location, one for the
// spread. A chart longer than the picture is wide comes as columns: least and greatest of each, and
// the points that are marked; nothing is left out but what would lie on the same pixel.
import { digits } from '../../lib/api.js';
import { decimalsOf } from '../../lib/format.js';

/** @typedef {{index: number, time: string | null, n: number, value: number | null, lcl: number | null, ucl: number | null,
 *   rules: (number | string)[], excluded?: boolean, partial?: boolean, place?: number}} Point */
/** @typedef {{from: number, to: number, name: string, center: number | null, lcl: number | null, ucl: number | null}} Stage */
/** @typedef {{name: string, isSpread: boolean, x: number[], y: (number | null)[], low: (number | null)[] | null, dots: Point[], ends: string[], marked: Map<number, Point>, points: Point[],
 *   isWhole: boolean, markedCount: number, times: {x: number[], time: (string | null)[]}, stages: Stage[],
 *   limits: {x: number[], lcl: (number | null)[], ucl: (number | null)[]} | null, fromZero: boolean}} Panel
 * low: a second line, the lower sums of a CUSUM; dots: what is drawn as points; ends: names of upper limit, centre, lower limit */
/** @typedef {{answer: any, from: number, to: number, count: number, location: Panel, spread: Panel | null, decimals: number}} Model */

/** @param {any} answer @param {any} definition @returns {Model} */
export function modelOf(answer, definition) {
  const isCount = ['p', 'np', 'c', 'u'].includes(answer.chart);
  const location = panel(answer, answer.location, false, isCount);
  if (answer.cusum) cusum(answer, location);
  return {
    answer, from: answer.window.from, to: answer.window.to, count: answer.subgroups, location,
    spread: answer.spread ? panel(answer, answer.spread, true, true) : null,
    decimals: decimalsFor(answer, definition),
  };
}

/** The specification's places and one more; without one, enough to tell a tenth of sigma. @param {any} answer @param {any} definition */
function decimalsFor(answer, definition) {
  const written = ['lower', 'upper', 'nominal'].filter((k) => typeof definition?.[k] === 'number').map((k) => digits(definition, k));
  if (written.length) return Math.max(...written.map(decimalsOf)) + 1;
  const step = answer.sigma.value ?? Math.abs((answer.location.ucl ?? 1) - (answer.location.lcl ?? 0)) / 6;
  return step > 0 ? Math.max(0, Math.min(12, 1 - Math.floor(Math.log10(step)))) : 3;
}

/** @param {any} answer @param {any} part @param {boolean} isSpread @param {boolean} fromZero @returns {Panel} */
function panel(answer, part, isSpread, fromZero) {
  const columns = part.columns;
  /** @type {Panel} */
  const out = {
    name: part.statistic, isSpread, x: [], y: [], low: null, dots: part.points, ends: ['UCL', 'CL', 'LCL'], points: part.points, isWhole: !columns, markedCount: part.marked,
    marked: new Map(part.points.filter((/** @type {Point} */ p) => p.rules.length || p.excluded).map((/** @type {Point} */ p) => [p.index, p])),
    times: columns ? { x: columns.index, time: columns.time } : { x: part.points.map((/** @type {Point} */ p) => p.index), time: part.points.map((/** @type {Point} */ p) => p.time) },
    stages: answer.stages.map((/** @type {any} */ s) => (isSpread
      ? { from: s.from, to: s.to, name: s.name, center: s.spread_center, lcl: s.spread_lcl, ucl: s.spread_ucl }
      : { from: s.from, to: s.to, name: s.name, center: s.center, lcl: s.lcl, ucl: s.ucl })),
    limits: null, fromZero,
  };
  if (columns) {
    columns.index.forEach((/** @type {number} */ index, /** @type {number} */ k) => {
      const middle = index + columns.n[k] / 2;
      out.x.push(index, columns.n[k] > 1 ? middle : index);
      out.y.push(columns.min[k], columns.max[k]);
    });
    if (columns.lcl) out.limits = { x: columns.index, lcl: columns.lcl, ucl: columns.ucl };
  } else {
    for (const p of part.points) {
      out.x.push(p.index);
      out.y.push(p.value);
    }
    if (varies(part.points, out.stages)) out.limits = { x: out.x, lcl: part.points.map((/** @type {Point} */ p) => p.lcl), ucl: part.points.map((/** @type {Point} */ p) => p.ucl) };
  }
  return out;
}

/** Limits that are steps: unequal numbers inspected, or EWMA. @param {Point[]} points @param {Stage[]} stages */
function varies(points, stages) {
  return points.some((p) => {
    const stage = stages.find((s) => p.index >= s.from && p.index <= s.to);
    return stage && ((p.ucl !== null && p.ucl !== stage.ucl) || (p.lcl !== null && p.lcl !== stage.lcl));
  });
}

/** A CUSUM draws its two sums, the lower one below zero, both against h. @param {any} answer @param {Panel} location */
function cusum(answer, location) {
  const { points, h } = answer.cusum;
  const byIndex = new Map(location.points.map((p) => [p.index, p]));
  const point = (/** @type {any} */ p, /** @type {number | null} */ value) => /** @type {Point} */ ({
    ...(byIndex.get(p.index) ?? { index: p.index, time: null, n: 1, lcl: null, ucl: null }), value, rules: p.rules.length && value !== null && Math.abs(value) > h ? ['cusum'] : [] });
  const upper = points.map((/** @type {any} */ p) => point(p, p.upper)), lower = points.map((/** @type {any} */ p) => point(p, p.lower === null ? null : -p.lower));
  const isThere = upper.some((/** @type {Point} */ p) => p.value !== null);
  Object.assign(location, { x: points.map((/** @type {any} */ p) => p.index), y: upper.map((/** @type {Point} */ p) => p.value), low: lower.map((/** @type {Point} */ p) => p.value), dots: [...upper, ...lower],
    ends: ['h', '', 'h'], limits: null, marked: new Map([...lower, ...upper].filter((p) => p.rules.length).map((p) => [p.index, p])) });
  location.stages = location.stages.map((s) => ({ ...s, center: isThere ? 0 : null, lcl: isThere ? -h : null, ucl: isThere ? h : null }));
}

/** Where to stand: the point nearest to an index. @param {Panel} p @param {number} index @returns {Point | null} */
export function pointAt(p, index) {
  if (p.isWhole) return p.points[index - p.points[0]?.index] ?? null;
  return p.marked.get(index) ?? null;
}

/** The point that a note is of: the last one not after its measurement. 0: none that is drawn. @param {Model} model
 * @param {{note: {place: number, time?: string} | null}} note */
export function noteIndex(model, { note }) {
  if (!note) return 0;
  const { x, time } = model.location.times, at = note.time ? Date.parse(note.time) : NaN;
  if (Number.isNaN(at)) return model.location.points.findLast((p) => p.time === null && (p.place ?? Infinity) <= note.place)?.index ?? 0;
  let low = 0, high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Date.parse(time[middle] ?? '') > at) high = middle;
    else low = middle + 1;
  }
  return low > 0 ? x[low - 1] : 0;
}

/** The column that holds an index. @param {Panel} p @param {number} index */
export function columnAt(p, index) {
  let low = 0, high = p.times.x.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (p.times.x[middle] <= index) low = middle;
    else high = middle - 1;
  }
  return low;
}
