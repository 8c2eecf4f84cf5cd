// SPDX-License-Identifier: GPL-3.0-or-later
// Do two characteristics of the same parts go together?
import { Field } from '../lib/form.js';
import { useData } from '../lib/hooks.js';
import { html } from '../lib/html.js';
import { t } from '../lib/i18n.js';
import { Title, Trouble } from '../lib/page.js';
import { Drop, Picker } from '../lib/picker.js';
import { setQuery } from '../lib/router.js';
import { Tool } from '../lib/tool.js';

/** @param {{id?: string, query: Record<string, string>}} props id: two numbers with a comma between */
export default function Scatter({ id, query }) {
  const ids = (id ?? '').split(',').filter(Boolean);
  const dates = new URLSearchParams(Object.entries({ from: query.from ?? '', to: query.to ?? '' }).filter(([, v]) => v)).toString();
  const link = `/scatter/${ids.join(',')}${dates ? `?${dates}` : ''}`, set = (/** @type {string} */ name) => (/** @type {any} */ e) => setQuery({ [name]: e.target.value });
  return html`<${Title} title=${t('nav.scatter')} under=${t('scatter.text')} />
    <div class="toolbar screen-only">${ids.length < 2 ? html`<${Picker} screen="scatter" ids=${ids} />` : html`<${Field} label=${t('from')} type="date" value=${query.from ?? ''} onChange=${set('from')} /><${Field} label=${t('to')} type="date" value=${query.to ?? ''} onChange=${set('to')} />`}</div>
    ${ids.length > 0 && html`<p class="row">${ids.map((one) => html`<${Name} key=${one} id=${one} ids=${ids} />`)}</p>`}
    ${ids.length === 2 ? html`<${Shown} key=${link} link=${link} />` : html`<p class="empty">${t('scatter.choose')}</p>`}`;
}

/** @param {{id: string, ids: string[]}} props */
function Name({ id, ids }) {
  const { data } = useData(`characteristics/${id}`), name = data?.path ?? id;
  return html`<span class="pair"><a href="/chart/${id}">${name}</a> <${Drop} screen="scatter" ids=${ids} id=${id} name=${name} /></span>`;
}

/** Why nothing is drawn is told here; in a form the field's own words stand there. @param {{link: string}} props */
function Shown({ link }) {
  const loaded = useData('drawings/scatter', { link });
  if (loaded.error) return html`<${Trouble} error=${loaded.error} retry=${loaded.reload} />`;
  return html`<div class="card"><${Tool} path="drawings/scatter" link=${link} name=${t('nav.scatter')} /></div>`;
}
