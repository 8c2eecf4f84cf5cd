// SPDX-License-Identifier: GPL-3.0-or-later
// An address for each screen of screens.json whose path has a part in braces, on the sample plant.
/** @type {Record<string, (plant: any) => string>} */
export const examples = {
  alarm: (plant) => `/alarm/${plant.alarms[0].id}`,
  definition: (plant) => `/characteristics/${plant.numbers['machining/shaft/diameter']}`,
  capability: (plant) => `/capability/${plant.numbers['line 1/housing/length']},${plant.numbers['line 1/housing/bore']}`,
  describe: (plant) => `/describe/${plant.numbers['machining/shaft/diameter']},${plant.numbers['moulding/housing/weight']}`,
  chart: (plant) => `/chart/${plant.numbers['machining/shaft/diameter']}`,
  scatter: (plant) => `/scatter/${plant.numbers['line 1/housing/length']},${plant.numbers['line 1/housing/bore']}`,
  gauge: () => '/gauges/G-7',
  '/station/{id}': () => '/station/line3',
  '/exam/{id}': (plant) => `/exam/${plant.programmes.exam}`,
  '/visit/{id}': (plant) => `/visit/${plant.programmes.visit}`,
  meeting: (plant) => `/meeting/${plant.programmes.meeting}`,
  bank: () => '/bank/x.master/written',
  marking: () => '/marking/x.master/written',
  '/panel/{round}/{stage}': (plant) => `/panel/${plant.programmes.decided}/talk`,
  '/parties/{id}': () => '/parties/C-1',
  '/case/{id}': (plant) => `/case/${plant.programmes.circle}`,
  '/review/{id}': (plant) => `/review/${plant.programmes.judged}`,
  '/round/{id}': (plant) => `/round/${plant.programmes.decided}`,
  '/schemes/{id}': () => '/schemes/kr.circle',
  '/programme/{scheme}': (plant) => `/programme/${plant.programmes.scheme}`,
  '/setup/{id}': () => '/setup/line3',
};

/** @param {{screen: string, path: string}} screen @param {any} plant */
export function addressOf(screen, plant) {
  if (!screen.path.includes('{')) return screen.path;
  const example = examples[screen.path] ?? examples[screen.screen];
  if (!example) throw new Error(`examples.mjs has no address for ${screen.path}`);
  return example(plant);
}
