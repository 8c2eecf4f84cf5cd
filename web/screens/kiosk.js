// SPDX-License-Identifier: GPL-3.0-or-later
// A shared device in the break room: who shows a badge hands in an idea and sees what became of the others,
// without an account. Nobody there for a while, and it is nobody's again.
import { get, inWords, Problem, standIn } from '../lib/api.js';
import { Field } from '../lib/form.js';
import { useNow } from '../lib/hooks.js';
import { html, useEffect, useRef, useState } from '../lib/html.js';
import { keepLanguage, language, languages, setLanguage, t } from '../lib/i18n.js';
import { Title } from '../lib/page.js';
import { go } from '../lib/router.js';
import { useWedge } from '../lib/wedge.js';
import { Ideas } from './idea/ideas.js';

const IDLE_S = 120, WARN_S = 30;

export default function Kiosk() {
  const [party, setParty] = useState(/** @type {any} */ (null));
  const [trouble, setTrouble] = useState('');
  const leave = () => {
    standIn('');
    setParty(null);
    setTrouble('');
  };
  const come = async (/** @type {string} */ code) => {
    standIn(code);
    try {
      setParty(await get('me/party'));
      setTrouble('');
    } catch (error) {
      leave();
      setTrouble(error instanceof Problem && error.status === 404 ? t('kiosk.unknown') : inWords(error));
    }
  };
  useEffect(() => leave, []);
  const speak = async (/** @type {any} */ e) => {
    await setLanguage(e.target.value);
    keepLanguage(e.target.value);
    go(location.pathname + location.search);
  };
  return html`<div class="kiosk"><header class="work-bar"><span class="brand">Assay</span><span class="grow"></span>${party && html`<b>${party.name}</b><button type="button" onClick=${leave}>${t('kiosk.leave')}</button>`}
      <select aria-label=${t('language')} onChange=${speak}>${Object.entries(languages).map(([key, name]) => html`<option value=${key} lang=${key} selected=${key === language()}>${name}</option>`)}</select></header>
    <main id="main" class="narrow">${party ? html`<${Title} title=${t('nav.idea')} under=${t('kiosk.hello', { name: party.name })} /><${Ideas} key=${party.id} party=${party} isKiosk=${true} /><${Idle} leave=${leave} />`
    : html`<${Badge} come=${come} trouble=${trouble} />`}</main></div>`;
}

/** A scanner types anywhere; hands type into the field. @param {{come: (code: string) => Promise<void>, trouble: string}} props */
function Badge({ come, trouble }) {
  const [code, setCode] = useState('');
  useWedge((text) => void come(text));
  const submit = (/** @type {Event} */ e) => {
    e.preventDefault();
    if (code.trim()) void come(code.trim());
    setCode('');
  };
  return html`<${Title} title=${t('kiosk.title')} under=${t('kiosk.under')} />
    <section class="card kiosk-badge"><svg viewBox="0 0 64 48" aria-hidden="true"><rect x="3" y="6" width="58" height="38" rx="5" /><circle cx="19" cy="22" r="6" /><path d="M9 38c2-7 18-7 20 0M36 18h17M36 26h17M36 34h11" /></svg>
      <p class="large-text">${t('kiosk.scan')}</p>${trouble && html`<p class="error" role="alert">${trouble}</p>`}
      <form class="text-answer" onSubmit=${submit}><${Field} label=${t('kiosk.code')} type="password" autocomplete="off" value=${code} onInput=${(/** @type {any} */ e) => setCode(e.target.value)} /><button class="primary">${t('kiosk.come')}</button></form></section>`;
}

/** Says that it will be nobody's soon, then is. @param {{leave: () => void}} props */
function Idle({ leave }) {
  const last = useRef(Date.now()), now = useNow(1000), left = Math.ceil(IDLE_S - (now - last.current) / 1000);
  useEffect(() => {
    const hear = () => {
      last.current = Date.now();
    };
    const kinds = ['keydown', 'pointerdown', 'input', 'scroll'];
    for (const kind of kinds) addEventListener(kind, hear, true);
    return () => kinds.forEach((kind) => removeEventListener(kind, hear, true));
  }, []);
  useEffect(() => {
    if (left <= 0) leave();
  }, [left <= 0]);
  return left <= WARN_S && left > 0 ? html`<p class="notice kiosk-idle" role="status">${t('kiosk.idle', { n: left })}</p>` : null;
}
