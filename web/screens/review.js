// SPDX-License-Identifier: GPL-3.0-or-later
// A scoring sheet: the criterion's own text, beside it what was handed in, beside that the score. What is typed is
// kept as a draft at once; a final sheet stays as it is. Nobody else's sheet is here.
import { change, inWords } from '../lib/api.js';
import { showDialog } from '../lib/dialog.js';
import { useData } from '../lib/hooks.js';
import { html, useEffect, useMemo, useRef, useState } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, whenLoaded } from '../lib/page.js';
import { Due, find, named, useRules } from '../lib/programme.js';
import { FormValues } from './case/parts.js';
import { criteria, Criterion, total } from './review/sheet.js';

const WAIT = 700; // ms after the last key before a draft is sent

/** @param {{id: string}} props */
export default function Review({ id }) {
  const loaded = useData(`cases/${id}`);
  const rules = useRules(loaded.data?.scheme, loaded.data?.rev);
  return whenLoaded(loaded, (view) => whenLoaded(rules, (r) => {
    if (!view.judged || !view.rubric) return html`<${Title} title=${t('nav.review')} /><p class="notice">${t('review.not-yours')} <a href="/case/${id}">${t('case')}</a></p>`;
    return html`<${Sheet} key=${id} view=${view} rules=${r} />`;
  }));
}

/** @param {{view: any, rules: any}} props */
function Sheet({ view, rules }) {
  const rubric = /** @type {import('../lib/programme.js').Item} */ (find(rules.rubrics, view.rubric)), stage = view.judged;
  const leaves = useMemo(() => criteria(rubric), [rubric]);
  const own = view.own_sheet?.[stage] ?? {};
  const [sheet, setSheet] = useState({ scores: /** @type {Record<string, any>} */ (own.answers ?? {}), notes: /** @type {Record<string, string>} */ (own.notes ?? {}), na: /** @type {Record<string, string>} */ (own.why_na ?? {}) });
  const [isFinal, setFinal] = useState(Boolean(own.final));
  const [saved, setSaved] = useState(/** @type {'' | 'saving' | 'saved' | 'failed'} */ (own.at ? 'saved' : ''));
  const [wrong, setWrong] = useState(/** @type {{key?: string, words: string} | null} */ (null));
  const isClosed = isFinal || view.stage !== stage || view.phase === 'waiting';
  const waiting = useRef(/** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined));
  const latest = useRef(sheet), kept = useRef(JSON.stringify(sheet)), sending = useRef(Promise.resolve());
  latest.current = sheet;
  const send = () => {
    clearTimeout(waiting.current);
    sending.current = sending.current.then(async () => {
      const now = latest.current, text = JSON.stringify(now);
      if (text === kept.current) return;
      setSaved('saving');
      try {
        await change('POST', `cases/${view.id}/acts/score`, given(now, leaves));
        kept.current = text;
        setWrong(null);
        setSaved('saved');
      } catch (error) {
        setSaved('failed');
        setWrong({ key: keyIn(error, leaves), words: inWords(error) });
      }
    });
    return sending.current;
  };
  const put = (/** @type {'scores' | 'notes' | 'na'} */ what, /** @type {string} */ key, /** @type {any} */ v) => {
    setSheet((old) => ({ ...old, [what]: { ...old[what], [key]: v } }));
    setSaved('');
    clearTimeout(waiting.current);
    waiting.current = setTimeout(send, WAIT);
  };
  useEffect(() => () => {
    void send();
  }, []);
  const finish = async () => {
    await send();
    const open = leaves.filter((l) => sheet.scores[l.key] === undefined || sheet.scores[l.key] === '');
    if (open.length) {
      setWrong({ key: open[0].key, words: t('review.open', { n: open.length }) });
      /** @type {HTMLElement | null} */ (document.querySelector(`[data-criterion="${open[0].key}"] :is(input, select)`))?.focus();
      return;
    }
    if (!(await showDialog(t('review.finish'), (close) => html`<p>${t('review.finish-text')}</p><p><b>${t('review.total')}: ${total(leaves, sheet.scores).text}</b></p>
      <div class="buttons"><button type="button" onClick=${() => close(null)}>${t('cancel')}</button><button type="button" class="primary" onClick=${() => close(true)}>${t('review.finish')}</button></div>`))) return;
    try {
      await change('POST', `cases/${view.id}/acts/final`, { stage });
      setFinal(true);
      setWrong(null);
    } catch (error) {
      setWrong({ key: keyIn(error, leaves), words: inWords(error) });
    }
  };
  const sum = total(leaves, sheet.scores);
  return html`<${Title} title=${`${t('nav.review')} · ${t('case.blind', { n: view.id.slice(-6) })}`} under=${html`${named(rules, view.scheme)} · ${named(rubric)}`} actions=${html`<a class="button" href="/reviews">${t('nav.reviews')}</a>`} />
    <div class="sheet-main"><section class="card sheet-evidence" tabindex="0" aria-label=${t('review.evidence')}><h2>${t('review.evidence')}</h2>
        ${view.forms.filter((/** @type {any} */ f) => f.final).map((/** @type {any} */ f, /** @type {number} */ i) => html`<div key=${i}><h3>${named(find(rules.forms, f.form), f.form)}</h3><${FormValues} form=${find(rules.forms, f.form)} values=${f.values} id=${view.id} /></div>`)}
        ${!view.forms.some((/** @type {any} */ f) => f.final) && html`<p class="soft">${t('case.nothing-shown')}</p>`}</section>
      <section class="card sheet" aria-label=${named(rubric)}>
        ${isClosed && html`<p class="notice">${t(isFinal ? 'review.is-final' : 'review.closed')}</p>`}
        ${wrong && !wrong.key && html`<div class="trouble" role="alert"><p>${wrong.words}</p></div>`}
        ${rubric.note && html`<p class="hint">${rubric.note}</p>`}
        ${leaves.map((leaf) => html`<${Criterion} key=${leaf.key} leaf=${leaf} isClosed=${isClosed} score=${sheet.scores[leaf.key]} note=${sheet.notes[leaf.key] ?? ''} na=${sheet.na[leaf.key] ?? ''}
          error=${wrong?.key === leaf.key ? wrong?.words : null} put=${put} />`)}
        <div class="sheet-foot"><div><b class="sheet-total" role="status">${t('review.total')}: ${sum.text}</b><br /><span class="soft">${t('review.scored', { n: sum.scored, of: leaves.length })}</span></div>
          ${view.due && html`<${Due} due=${view.due} />`}
          <span class="soft" role="status">${saved ? t(/** @type {any} */ (`review.${saved}`)) : ''}</span>
          ${!isClosed && html`<button type="button" class="primary" onClick=${finish}>${t('review.finish')}</button>`}</div></section></div>`;
}

/** What goes to the server: answers that are there, reasons only where not applicable. @param {{scores: Record<string, any>, notes: Record<string, string>, na: Record<string, string>}} sheet @param {import('./review/sheet.js').Leaf[]} leaves */
function given(sheet, leaves) {
  const pick = (/** @type {Record<string, any>} */ from) => Object.fromEntries(leaves.filter((l) => from[l.key] !== undefined && from[l.key] !== '').map((l) => [l.key, from[l.key]]));
  const na = Object.fromEntries(Object.entries(pick(sheet.na)).filter(([k]) => sheet.scores[k] === 'na'));
  const notes = pick(sheet.notes);
  return { scores: pick(sheet.scores), ...(Object.keys(notes).length && { notes }), ...(Object.keys(na).length && { na }) };
}

/** Which criterion a refusal is about. @param {unknown} error @param {import('./review/sheet.js').Leaf[]} leaves */
function keyIn(error, leaves) {
  const words = error instanceof Error ? error.message : '';
  return leaves.find((l) => words.startsWith(`${l.key}:`) || words.startsWith(`${l.key} `))?.key;
}
