// SPDX-License-Identifier: GPL-3.0-or-later
// What is around every screen: where one is, where one may go, who one is, language and colours,
// and whether what is shown is fresh.
import { inWords, logOut, whoAmI } from './api.js';
import { DialogHost, tellProblem, ToastHost } from './dialog.js';
import { link, onLink } from './events.js';
import { dateTime } from './format.js';
import { useNow } from './hooks.js';
import { createContext, html, render, useContext, useEffect, useState } from './html.js';
import { keepLanguage, language, languages, preferredLanguage, setLanguage, t } from './i18n.js';
import { Loading, Trouble } from './page.js';
import { find, follow, onGo, screens } from './router.js';
import { setTheme, theme } from './theme.js';

/** @typedef {import('./api.js').Me} Me */
/** @typedef {import('./router.js').Screen} Screen */

const MeContext = createContext(/** @type {Me} */ (/** @type {unknown} */ (null)));

/** Who looks at the screen. @returns {Me} */
export function useMe() {
  return useContext(MeContext);
}

/** May they? Somewhere at least; the server decides for each site. @param {Me} me @param {string} scope */
export function may(me, scope) {
  return me.scopes.includes(scope);
}

/** Who looks at a screen for everybody. @type {Me} */
const nobody = { account: '', name: '', scopes: [], csrf: null, grants: [] };

/** @type {Map<string, any>} screens that have been loaded */
const loaded = new Map();

/** @param {HTMLElement} root */
export async function start(root) {
  document.addEventListener('click', follow);
  try {
    const isOpen = find(location.pathname)?.screen.open;
    const [me] = await Promise.all([isOpen ? nobody : whoAmI(), setLanguage(preferredLanguage())]);
    render(html`<${App} me=${me} />`, root);
  } catch (error) {
    render(html`<main class="trouble"><p role="alert">${inWords(error)}</p></main>`, root);
  }
}

/** @param {{me: Me}} props */
function App({ me }) {
  const [, redraw] = useState(0);
  useEffect(() => onGo(() => redraw((n) => n + 1)), []);
  const speak = async (/** @type {import('./i18n.js').Language} */ wanted) => {
    await setLanguage(wanted);
    keepLanguage(wanted);
    redraw((n) => n + 1);
  };
  const found = find(location.pathname);
  const screen = found && html`<${ScreenHost} key=${found.screen.screen} screen=${found.screen} params=${found.params} lang=${language()} />`;
  return html`<${MeContext.Provider} value=${me}>
    ${found?.screen.bare ? screen : html`<${Frame} me=${me} speak=${speak} here=${found?.screen}>${screen ?? html`<p>${t('nowhere')}</p>`}<//>`}
    <${DialogHost} /><${ToastHost} />
  <//>`;
}

/** Loads the module of a screen and shows it. @param {{screen: Screen, params: Record<string, string>, lang: string}} props */
function ScreenHost({ screen, params, lang }) {
  const [Loaded, setLoaded] = useState(() => loaded.get(screen.screen));
  const [error, setError] = useState(/** @type {unknown} */ (null));
  useEffect(() => {
    if (Loaded) return;
    import(`../screens/${screen.screen}.js`).then((module) => {
      loaded.set(screen.screen, module.default);
      setLoaded(() => module.default);
    }, setError);
  }, []);
  if (error) return html`<${Trouble} error=${error} retry=${() => location.reload()} />`;
  const query = Object.fromEntries(new URLSearchParams(location.search));
  return Loaded ? html`<${Loaded} ...${params} query=${query} lang=${lang} />` : html`<${Loading} />`;
}

/** @param {{me: Me, speak: (l: any) => void, here?: Screen, children?: any}} props */
function Frame({ me, speak, here, children }) {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => setOpen(false), [location.pathname]);
  return html`<div class="frame ${isOpen ? 'nav-open' : ''}">
    <a class="skip" href="#main">${t('skip')}</a>
    <header>
      <button type="button" class="menu" aria-expanded=${isOpen ? 'true' : 'false'} aria-controls="nav"
        onClick=${() => setOpen(!isOpen)}><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M2 5h16M2 10h16M2 15h16" /></svg><span>${t('menu')}</span></button>
      <a class="brand" href="/">Assay</a>
      <${Freshness} />
      <${Person} me=${me} speak=${speak} />
    </header>
    <${Navigation} me=${me} here=${here} speak=${speak} />
    <main id="main" tabindex="-1">${children}</main>
  </div>`;
}

/** Who one is, and how one likes it; on a narrow page at the end of the menu. @param {{me: Me, speak: (l: any) => void}} props */
function Person({ me, speak }) {
  return html`<div class="person"><${Preferences} speak=${speak} />
    <span class="who" title=${me.account}>${me.name || me.account}</span>
    <button type="button" class="quiet" onClick=${() => logOut().catch(tellProblem)}>${t('logout')}</button></div>`;
}

/** @param {{me: Me, here?: Screen, speak: (l: any) => void}} props */
function Navigation({ me, here, speak }) {
  const shown = screens.filter((s) => s.nav && (!s.scope || may(me, s.scope)));
  const groups = [...new Set(shown.map((s) => /** @type {string} */ (s.nav)))];
  return html`<nav id="nav" aria-label=${t('menu')}>${groups.map((group) => html`<section key=${group}>
    <h2>${t(/** @type {any} */ (`group.${group}`))}</h2>
    <ul>${shown.filter((s) => s.nav === group).map((s) => html`<li key=${s.screen}><a href=${s.path}
      aria-current=${s.screen === here?.screen ? 'page' : undefined}>${t(/** @type {any} */ (`nav.${s.screen}`))}</a></li>`)}</ul>
  </section>`)}<${Person} me=${me} speak=${speak} /></nav>`;
}

/** @param {{speak: (l: any) => void}} props */
function Preferences({ speak }) {
  const [chosen, setChosen] = useState(theme());
  return html`<span class="preferences">
    <select aria-label=${t('language')} onChange=${(/** @type {any} */ e) => speak(e.target.value)}>
      ${Object.entries(languages).map(([key, name]) => html`<option value=${key} lang=${key} selected=${key === language()}>${name}</option>`)}
    </select>
    <select aria-label=${t('theme')} onChange=${(/** @type {any} */ e) => {
      setTheme(e.target.value);
      setChosen(e.target.value);
    }}>${/** @type {const} */ (['system', 'light', 'dark']).map((key) =>
      html`<option value=${key} selected=${key === chosen}>${t(`theme.${key}`)}</option>`)}</select>
  </span>`;
}

/** Says when the server is away, and since when; quiet while all is well. */
export function Freshness() {
  const [, redraw] = useState(0);
  useEffect(() => onLink(() => redraw((n) => n + 1)), []);
  useNow(5000);
  const { state, awaySince } = link();
  if (state !== 'away') return html`<span class="fresh" role="status"></span>`;
  return html`<span class="fresh away" role="status">${t('away.since', { time: dateTime(awaySince) })}</span>`;
}
