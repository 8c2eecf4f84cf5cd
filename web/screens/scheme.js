// SPDX-License-Identifier: GPL-3.0-or-later
// One scheme: its rule book; its text, proved while one types, every fault with line and column; publishing.
import { change, getBytes, inWords } from '../lib/api.js';
import { tell } from '../lib/dialog.js';
import { Choice } from '../lib/form.js';
import { useRested, useThrottled } from '../lib/hooks.js';
import { html, useEffect, useRef, useState } from '../lib/html.js';
import { language, t } from '../lib/i18n.js';
import { Loading, Title, Trouble } from '../lib/page.js';
import { named, useRules } from '../lib/programme.js';
import { go, setQuery } from '../lib/router.js';
import { may, useMe } from '../lib/shell.js';

const yaml = { 'Content-Type': 'application/yaml' };
const blank = 'scheme: org.example\nrev: "1"\nname: {ko: , en: , zh: }\ncase: person\n';

/** @param {{id: string, query: Record<string, string>, lang: string}} props */
export default function Scheme({ id, query, lang }) {
  const me = useMe(), isNew = id === 'new';
  const rules = useRules(isNew ? null : id);
  const shown = isNew || query.show === 'text' ? 'text' : 'book';
  return html`<${Title} title=${isNew ? t('scheme.new') : rules.data ? named(rules.data, id) : id} under=${rules.data ? html`<span class="mono">${id}</span> · ${t('scheme.rev')} ${rules.data.rev}` : ''}
      actions=${!isNew && html`<${Choice} label=${t('show')} value=${shown} onChange=${(/** @type {string} */ v) => setQuery({ show: v })} options=${[['book', t('scheme.book')], ['text', t('scheme.text')]]} />`} />
    ${rules.data?.banks?.length > 0 && html`<nav class="row" aria-label=${t('nav.bank')}>${rules.data.banks.map((/** @type {any} */ b) => html`<a class="button" key=${b.id} href="/${may(me, 'audit') ? 'bank' : 'marking'}/${encodeURIComponent(id)}/${encodeURIComponent(b.id)}">${t(may(me, 'audit') ? 'nav.bank' : 'nav.marking')}: ${named(b)}</a>`)}</nav>`}
    ${shown === 'book' ? html`<${Book} key=${id + lang} id=${id} />` : html`<${Editor} key=${id} id=${id} mayPublish=${may(me, 'close')} />`}`;
}

/** The page's policy lets no style in but the style sheet's: the diagram's is there (.book). @param {string} text */
function unstyled(text) {
  return text.replace(/<style>[^<]*<\/style>/g, '');
}

/** The server writes the book; it holds no script and fetches nothing. @param {{id: string}} props */
function Book({ id }) {
  const [text, setText] = useState('');
  const [error, setError] = useState(/** @type {unknown} */ (null));
  useEffect(() => {
    getBytes(`schemes/${encodeURIComponent(id)}/book`, { language: language() }).then((bytes) => setText(unstyled(new TextDecoder().decode(bytes))), setError);
  }, []);
  if (error) return html`<${Trouble} error=${error} />`;
  return text ? html`<article class="card book" dangerouslySetInnerHTML=${{ __html: text }}></article>` : html`<${Loading} />`;
}

/** What the text would say as a rule book; the last that was total stays while one types on.
 * @param {{text: string, isTotal: boolean}} props */
function Preview({ text, isTotal }) {
  const [book, setBook] = useState('');
  const turn = useRef(0), rested = useRested(isTotal ? text : null, 600);
  useEffect(() => {
    const mine = ++turn.current;
    if (rested) change('POST', 'preview', rested, { headers: yaml, as: 'text', query: { language: language() } }).then((answer) => {
      if (mine === turn.current) setBook(unstyled(answer));
    }, () => undefined); // what is wrong the lint tells
  }, [rested]);
  return html`<section class="scheme-preview" aria-label=${t('scheme.preview')}><div class="row spread"><h2>${t('scheme.preview')}</h2>${!isTotal && book && html`<span class="phase check">▲ ${t('scheme.preview-old')}</span>`}</div>
    ${book ? html`<article class="card book" dangerouslySetInnerHTML=${{ __html: book }}></article>` : html`<p class="soft">${t('scheme.preview-none')}</p>`}</section>`;
}

/** @param {{id: string, mayPublish: boolean}} props */
function Editor({ id, mayPublish }) {
  const [text, setText] = useState(id === 'new' ? blank : '');
  const [isHere, setHere] = useState(id === 'new');
  const [faults, setFaults] = useState(/** @type {any[] | null} */ (null));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  const area = useRef(/** @type {HTMLTextAreaElement | null} */ (null)), gutter = useRef(/** @type {HTMLPreElement | null} */ (null));
  const latest = useRef(text), turn = useRef(0), original = useRef('');
  latest.current = text;
  useEffect(() => {
    if (id !== 'new') getBytes(`schemes/${encodeURIComponent(id)}`).then((bytes) => {
      original.current = new TextDecoder().decode(bytes);
      setText(original.current);
      setHere(true);
    }, setError);
  }, []);
  const lint = useThrottled(async () => {
    const mine = ++turn.current;
    try {
      const said = await change('POST', 'lint', latest.current, { headers: yaml, query: { language: language() } });
      if (mine === turn.current) {
        setFaults(said.faults);
        setError(null);
      }
    } catch (problem) {
      if (mine === turn.current) setError(problem);
    }
  }, 400);
  useEffect(() => {
    if (isHere) {
      setFaults(null);
      lint();
    }
  }, [text, isHere]);
  const goTo = (/** @type {any} */ fault) => {
    const lines = text.split('\n'), at = lines.slice(0, fault.line - 1).reduce((n, line) => n + line.length + 1, 0) + Math.max(0, fault.column - 1);
    const field = /** @type {HTMLTextAreaElement} */ (area.current);
    field.focus();
    field.setSelectionRange(at, at + 1);
    field.scrollTop = Math.max(0, (fault.line - 6) * parseFloat(getComputedStyle(field).lineHeight));
  };
  const publish = async () => {
    try {
      await change('POST', 'schemes', text, { headers: yaml });
      const made = /^scheme:\s*"?([^\s"#]+)/m.exec(text)?.[1] ?? id;
      tell(t('scheme.is-published'));
      go(`/schemes/${encodeURIComponent(made)}`);
    } catch (problem) {
      setError(problem);
    }
  };
  if (!isHere) return error ? html`<${Trouble} error=${error} />` : html`<${Loading} />`;
  const wrong = new Set((faults ?? []).map((f) => f.line));
  return html`<div class="editor-main"><div class="editor"><pre class="gutter" aria-hidden="true" ref=${gutter}>${text.split('\n').map((_, i) => html`<span class=${wrong.has(i + 1) ? 'wrong' : ''}>${i + 1}\n</span>`)}</pre>
      <textarea ref=${area} class="mono" spellcheck=${false} wrap="off" aria-label=${t('scheme.text')} aria-describedby="lint" value=${text} onInput=${(/** @type {any} */ e) => setText(e.target.value)}
        onScroll=${(/** @type {any} */ e) => { if (gutter.current) gutter.current.scrollTop = e.target.scrollTop; }}></textarea></div>
    <section class="card lint" id="lint" aria-label=${t('lint')}><p role="status">${error ? '' : faults === null ? t('lint.busy') : faults.length ? html`<b class="worse">${t('lint.faults', { n: faults.length })}</b>` : html`<b class="fine">✓ ${t('lint.total')}</b>`}</p>
      ${error && html`<p class="error" role="alert">${inWords(error)}</p>`}
      ${faults && faults.length > 0 && html`<ol class="faults">${faults.map((f, i) => html`<li key=${i}><button type="button" class="line" onClick=${() => goTo(f)}><span class="mono">${f.line}:${f.column}</span> ${f.message}</button>
        ${f.expected && html`<small class="bound">${t('lint.expected')} ${f.expected}</small>`}${f.hint && html`<small class="bound">${f.hint}</small>`}</li>`)}</ol>`}
      ${mayPublish ? html`<button type="button" class="primary" disabled=${!faults || faults.length > 0 || text === original.current} onClick=${publish}>${t('scheme.publish')}</button><p class="hint">${t('scheme.publish-hint')}</p>` : html`<p class="hint">${t('scheme.who')}</p>`}</section></div>
    <${Preview} text=${text} isTotal=${faults?.length === 0} />`;
}
