// SPDX-License-Identifier: GPL-3.0-or-later
import { count } from '../../lib/format.js';
import { t, tMaybe } from '../../lib/i18n.js';

/** @type {Record<string, string>} */
const sigmas = { rbar: 'R̄/d₂', sbar: 's̄/c₄', mr: 'MR̄/d₂', 'median-mr': 'med MR/d₄', pooled: 's pooled', 'pooled-unbiased': 's pooled/c₄', mssd: '√MSSD', overall: 's' };

/** @param {string} method */
export function sigmaWord(method) {
  return sigmas[method] ?? tMaybe(`sigma.${method}`, method);
}

/** About one false alarm in so many points, beside the rule set. @param {any} rules */
export function arlWords(rules) {
  if (typeof rules.arl0 !== 'number') return { arl: '', hint: rules.why?.arl0 ?? '' };
  return { arl: t('arl', { n: count(Math.round(rules.arl0)) }), hint: t('arl.hint', { zero: String(rules.arl0), one: String(rules.arl1) }) };
}
