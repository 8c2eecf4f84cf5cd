// SPDX-License-Identifier: GPL-3.0-or-later
// The criteria of a rubric: their own texts, their scales, and the running total of what is scored.
import { Field } from '../../lib/form.js';
import { html } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';
import { named } from '../../lib/programme.js';

/** @typedef {{key: string, node: any, above: any[], most: number}} Leaf */

/** "3/2" or "1.5". @param {string | number | null | undefined} text */
export function number(text) {
  const [over, under] = String(text ?? '').split('/');
  return under === undefined ? Number(over) : Number(over) / Number(under);
}

/** The leaves under the keys the server knows them by. @param {any} rubric @returns {Leaf[]} */
export function criteria(rubric) {
  const nodes = rubric.nodes;
  return nodes.filter((/** @type {any} */ n) => n.leaf).map((/** @type {any} */ node) => {
    const isFirst = nodes.find((/** @type {any} */ n) => n.id === node.id) === node, above = [];
    for (let at = node.parent; at > 0; at = nodes[at].parent) above.unshift(nodes[at]);
    return { key: isFirst || node.parent < 0 ? node.id : `${nodes[node.parent].id}.${node.id}`, node, above, most: number(node.points) };
  });
}

/** Points of one answer; NaN when it gives none. @param {Leaf} leaf @param {any} answer */
function worth({ node, most }, answer) {
  if (answer === undefined || answer === '' || answer === 'na') return NaN;
  if (Array.isArray(answer)) return answer.reduce((sum, one) => sum + worth({ node, most, key: '', above: [] }, one), 0) / (answer.length || 1);
  if (node.scale === 'points') return number(answer);
  const level = node.levels?.find((/** @type {any} */ l) => l.code === answer);
  return level ? (node.scale === 'lookup' ? number(level.worth) * most : number(level.worth)) : NaN;
}

/** The running total, of those scored. @param {Leaf[]} leaves @param {Record<string, any>} scores */
export function total(leaves, scores) {
  let sum = 0, of = 0, scored = 0;
  for (const leaf of leaves) {
    if (scores[leaf.key] !== undefined && scores[leaf.key] !== '') scored++;
    if (scores[leaf.key] === 'na') continue;
    of += leaf.most;
    const points = worth(leaf, scores[leaf.key]);
    if (!Number.isNaN(points)) sum += points;
  }
  return { text: `${Number(sum.toFixed(4))} / ${Number(of.toFixed(4))}`, scored };
}

/** @param {{leaf: Leaf, isClosed: boolean, score: any, note: string, na: string, error: string | null, put: (what: any, key: string, v: any) => void}} props */
export function Criterion({ leaf, isClosed, score, note, na, error, put }) {
  const { node, key, above, most } = leaf;
  const name = named(node), isNa = score === 'na';
  const label = t('review.score-of', { most: String(Number(most.toFixed(4))) });
  const put1 = (/** @type {any} */ e) => put('scores', key, e.target.value.trim().replace(',', '.'));
  const options = node.scale !== 'points' ? [['', t('field.choose')], ...node.levels.map((/** @type {any} */ l) => [l.code, `${l.code}${named(l) ? ` – ${named(l)}` : ''}`])] : null;
  const repeat = node.repeat ? t('review.repeat', { of: node.repeat }) : '';
  return html`<div class="criterion" data-criterion=${key} role="group" aria-label=${name}><div class="criterion-text">${above.length > 0 && html`<small>${above.map((n) => named(n)).join(' › ')}</small>`}
      <h3>${name}${node.star && html` <span aria-hidden="true">★</span>`}</h3>${node.note && html`<p>${node.note}</p>`}${node.assumed && html`<small>${t('scheme.assumed')}</small>`}
      ${node.scale === 'points' && node.levels?.length > 0 && html`<ul class="anchors">${node.levels.map((/** @type {any} */ l) => html`<li key=${l.code}><b>${l.code}</b> ${named(l)}</li>`)}</ul>`}
      <${Field} label=${t('review.note')} lines=${2} disabled=${isClosed} value=${note} onInput=${(/** @type {any} */ e) => put('notes', key, e.target.value)} /></div>
    <div class="criterion-score">
      ${repeat ? html`<${Field} label=${label} hint=${repeat} error=${error} disabled=${isClosed} value=${Array.isArray(score) ? score.join(' ') : score ?? ''} onChange=${(/** @type {any} */ e) => put('scores', key, e.target.value.trim() ? e.target.value.trim().split(/[\s;]+/) : '')} />`
    : options ? html`<${Field} label=${label} error=${error} disabled=${isClosed} value=${isNa ? '' : score ?? ''} options=${options} onChange=${put1} />`
    : html`<${Field} label=${label} hint=${node.step && String(node.step) !== '1' ? t('review.step', { step: String(node.step) }) : ''} error=${error} disabled=${isClosed || isNa} inputmode="decimal" value=${isNa ? '' : score ?? ''} onInput=${put1} />`}
      ${node.na && html`<label class="tick"><input type="checkbox" checked=${isNa} disabled=${isClosed} onChange=${(/** @type {any} */ e) => put('scores', key, e.target.checked ? 'na' : '')} /> <span>${t('field.na')}</span></label>
        ${isNa && html`<${Field} label=${t('reason.label')} value=${na} disabled=${isClosed} onInput=${(/** @type {any} */ e) => put('na', key, e.target.value)} />`}`}</div></div>`;
}
