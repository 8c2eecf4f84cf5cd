// SPDX-License-Identifier: GPL-3.0-or-later
// What one has to score, by deadline, then in an order of one's own; and what is done. No names: cases are told
// apart by their sign.
import { Choice } from '../lib/form.js';
import { useData } from '../lib/hooks.js';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title } from '../lib/page.js';
import { Due, find, named, newest, PageEnd, usePages, useRules, stageName } from '../lib/programme.js';
import { setQuery } from '../lib/router.js';

const states = ['todo', 'done', 'over'];

/** @param {{query: Record<string, string>}} props */
export default function Reviews({ query }) {
  const state = states.includes(query.show) ? query.show : 'todo';
  const schemes = newest(useData('schemes').data?.schemes ?? []);
  const pages = usePages('queue', 'cases', { state, limit: 60 });
  return html`<${Title} title=${t('nav.reviews')} under=${t('reviews.under')} actions=${html`<${Choice} label=${t('show')} value=${state} onChange=${(/** @type {string} */ v) => setQuery({ show: v })}
      options=${states.map((s) => [s, t(/** @type {any} */ (`review.${s}`))])} />`} />
    <ul class="cards review-cards">${pages.rows.map((c) => html`<${ReviewCard} key=${c.case + c.stage} c=${c} scheme=${schemes.find((s) => s.id === c.scheme)} />`)}</ul>
    <${PageEnd} pages=${pages} empty=${t(/** @type {any} */ (`reviews.none.${state}`))} />`;
}

/** @param {{c: any, scheme: any}} props */
function ReviewCard({ c, scheme }) {
  const rules = useRules(c.scheme);
  const stage = find(rules.data?.stages, c.stage), isScored = !stage || stage.rubric; // else a form is asked for, such as a ballot
  return html`<li class="card"><h2><a href="/${isScored ? 'review' : 'case'}/${c.case}">${t('case.blind', { n: c.case.slice(-6) })}</a></h2>
    <p>${scheme ? named(scheme) : c.scheme}<br /><span class="soft">${rules.data ? stageName(rules.data, c.stage) : c.stage}</span></p>
    <div class="row spread"><span>${c.state === 'todo' ? t(c.begun ? 'review.begun' : 'review.fresh') : t(/** @type {any} */ (`review.${c.state}`))}</span>${c.due && html`<${Due} due=${c.due} />`}</div></li>`;
}
