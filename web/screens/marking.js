// SPDX-License-Identifier: GPL-3.0-or-later
// What an examiner does: before an exam rate its items (Angoff), after it mark open answers. Nobody's name is here,
// nor what another has given.
import { change, inWords } from '../lib/api.js';
import { tell, tellProblem } from '../lib/dialog.js';
import { Choice, Field } from '../lib/form.js';
import { useData } from '../lib/hooks.js';
import { html, useState } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { find, named, useRules } from '../lib/programme.js';
import { setQuery } from '../lib/router.js';

/** @param {{scheme: string, bank: string, query: Record<string, string>}} props */
export default function Marking({ scheme, bank, query }) {
  const rules = useRules(scheme), isRating = query.show === 'rating';
  const path = `exams/${encodeURIComponent(scheme)}/${encodeURIComponent(bank)}`;
  return html`<${Title} title=${t('nav.marking')} under=${rules.data ? `${named(rules.data, scheme)} · ${named(find(rules.data.banks, bank), bank)}` : ''} />
    <div class="toolbar"><${Choice} label=${t('show')} value=${isRating ? 'rating' : 'marking'} options=${[['marking', t('marking.open')], ['rating', t('marking.rating')]]} onChange=${(/** @type {string} */ v) => setQuery({ show: v === 'rating' ? v : null })} /></div>
    ${isRating ? html`<${Rating} key="rating" path=${path} />` : html`<${Scripts} key="marking" path=${path} />`}`;
}

/** @param {{path: string}} props */
function Scripts({ path }) {
  const loaded = useData(`${path}/marking`);
  return whenLoaded(loaded, ({ scripts, waiting }) => html`<p class="soft" role="status">${t('marking.waiting', { n: waiting })}</p>
    ${!scripts.length && html`<p class="empty">${t('marking.none')}</p>`}
    <div class="stack">${scripts.map((/** @type {any} */ s) => html`<${Script} key=${s.script} script=${s} path=${path} reload=${loaded.reload} />`)}</div>`);
}

/** @param {{script: any, path: string, reload: () => Promise<void>}} props */
function Script({ script, path, reload }) {
  const [marks, setMarks] = useState(/** @type {Record<string, string>} */ ({}));
  const [wrong, setWrong] = useState('');
  const send = async (/** @type {Event} */ e) => {
    e.preventDefault();
    const open = script.answers.find((/** @type {any} */ a) => !marks[a.item]);
    if (open) {
      setWrong(t('marking.missing'));
      return;
    }
    try {
      await change('POST', `${path}/mark`, { script: script.script, marks });
      tell(t('marking.kept'));
      await reload();
    } catch (error) {
      setWrong(inWords(error));
    }
  };
  return html`<form class="card stack" novalidate onSubmit=${send} aria-label=${t('marking.script', { n: script.script.slice(0, 6) })}><h2>${t('marking.script', { n: script.script.slice(0, 6) })}</h2>
    ${script.answers.map((/** @type {any} */ a) => html`<div class="stack" key=${a.item}><p class="exam-text"><b>${a.text}</b></p>${a.guide && html`<p class="hint">${t('marking.guide')}: ${a.guide}</p>`}
      <blockquote class="exam-text">${a.answer}</blockquote>
      <${Field} class="short-field" label=${t('review.score-of', { most: a.points })} inputmode="decimal" value=${marks[a.item] ?? ''} onInput=${(/** @type {any} */ e) => setMarks({ ...marks, [a.item]: e.target.value.trim().replace(',', '.') })} /></div>`)}
    ${wrong && html`<p class="error" role="alert">${wrong}</p>`}
    <div><button class="primary">${t('marking.give')}</button></div></form>`;
}

/** @param {{path: string}} props */
function Rating({ path }) {
  const loaded = useData(`${path}/rating`);
  return whenLoaded(loaded, ({ items }) => html`<p class="hint">${t('marking.rating-text')}</p>${!items.length && html`<p class="empty">${t('marking.no-forms')}</p>`}
    <div class="stack">${items.map((/** @type {any} */ item) => html`<${Rated} key=${item.id} item=${item} path=${path} />`)}</div>`);
}

/** @param {{item: any, path: string}} props */
function Rated({ item, path }) {
  const [mine, setMine] = useState(item.mine === undefined ? '' : String(Math.round(Number(item.mine) * 100)));
  const [saved, setSaved] = useState(item.mine !== undefined);
  const send = async (/** @type {string} */ percent) => {
    setMine(percent);
    setSaved(false);
    if (!/^\d{1,3}$/.test(percent) || Number(percent) > 100) return;
    await change('POST', `${path}/rate`, { ratings: { [item.id]: String(Number(percent) / 100) } }).then(() => setSaved(true), tellProblem);
  };
  return html`<section class="card" aria-label=${item.id}><p class="exam-text">${item.text}</p>
    ${item.options && html`<ol class="exam-letters" type="a">${Object.entries(item.options).map(([k, text]) => html`<li key=${k}>${text}</li>`)}</ol>`}
    <div class="row"><${Field} class="short-field" label=${t('marking.just-able')} inputmode="numeric" value=${mine} onChange=${(/** @type {any} */ e) => send(e.target.value.trim())} /><span class="soft" role="status">${saved ? t('marking.kept') : ''}</span></div></section>`;
}
