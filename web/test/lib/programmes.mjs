// SPDX-License-Identifier: GPL-3.0-or-later
// Programmes for the sample plant, played on the command line before the server has the database: a contest
// that gave medals, one whose notices are out, one that is being judged, a circle at work, a region's goals.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOP } from './server.mjs';

const DAY = 86400000;
/** @param {number} days */
const ago = (days) => new Date(Date.now() - days * DAY).toISOString().replace(/\.\d+Z/, 'Z');

class Desk {
  /** @param {any} server */
  constructor(server) {
    this.server = server;
  }

  /** @param {string} verb @param {string} action @param {any[]} said @param {{who?: string, on?: string}} [how] @returns {any} */
  do(verb, action, said, { who, on } = {}) {
    const words = said.map((w) => (typeof w === 'object' ? JSON.stringify(w) : String(w)));
    const text = execFileSync(this.server.assay, [verb, action, this.server.database, ...words, ...(who ? ['--as-party', who] : []), ...(on ? ['--on', on] : []), '--json', '--by-whom', who ?? 'desk'],
      { stdio: ['pipe', 'pipe', 'pipe'] }).toString();
    return text.trim() ? JSON.parse(text) : null;
  }
}

/** Who there is. @param {any} server @param {Desk} desk */
function people(server, desk) {
  const list = [
    ...Array.from({ length: 8 }, (_, k) => ({ kind: 'team', name: `Circle ${['Dawn', 'River', 'Compass', 'Pine', 'Lantern', 'Bridge', 'Harbour', 'Anvil'][k]}`, code: `T-${k}`, ref: `t${k}`, size: k % 2 ? 'small' : 'large' })),
    ...Array.from({ length: 8 }, (_, k) => ({ kind: 'person', name: `Leader ${k}`, code: `L-${k}`, relations: [{ relation: 'member', to: `t${k}` }] })),
    { kind: 'team', name: 'Circle Spindle', code: 'C-1', ref: 'c1' },
    { kind: 'person', name: 'Han Jiwoo', code: 'H-1', badge: 'CARD-4711' },
    { kind: 'person', name: 'Demo', code: 'D-1', account: 'demo', relations: [{ relation: 'member', to: 'c1' }], appointments: [{ scheme: 'x.contest', role: 'judge' }] },
    { kind: 'person', name: 'Kim Minji', code: 'K-1', account: 'kim', appointments: [{ scheme: 'x.contest', role: 'judge' }] },
    ...Array.from({ length: 5 }, (_, j) => ({ kind: 'person', name: `Judge ${j}`, code: `J-${j}`, appointments: [{ scheme: 'x.contest', role: 'judge' }] })),
  ];
  const path = join(server.home, 'people.ndjson');
  writeFileSync(path, list.map((p) => `${JSON.stringify(p)}\n`).join(''));
  desk.do('party', 'import', [path]);
}

/** A round with its teams handed in. @param {Desk} desk @param {string} name @param {number[]} teams @param {number} days since it began @returns {string[]} cases */
function contest(desk, name, teams, days) {
  desk.do('round', 'open', ['scheme=x.contest', `name=${name}`], { on: ago(days) });
  const round = desk.do('round', 'show', [name]).id;
  return teams.map((k) => {
    const id = desk.do('case', 'open', [{ round, party: `T-${k}`, title: `Fewer scratches ${k}` }], { who: `L-${k}`, on: ago(days - 1) }).case;
    desk.do('case', 'fill', [id, { form: 'paper', seal: true, values: { theme: `Scratches on part ${k}`, leader: `Leader ${k}`, division: k % 2 ? 'office' : 'gemba', saving: '1200000' } }], { who: `L-${k}`, on: ago(days - 1) });
    return id;
  });
}

/** All five judges score, the round is decided. @param {Desk} desk @param {string} name @param {string[]} cases @param {number} days */
function judge(desk, name, cases, days) {
  cases.forEach((id, k) => {
    desk.do('case', 'assign', [id, { judges: [0, 1, 2, 3, 4].map((j) => `J-${j}`) }], { on: ago(days) });
    for (let j = 0; j < 5; j++)
      desk.do('case', 'score', [id, { scores: { theme: `${10 + j + k}`, analysis: `${30 + ((j * 3 + k) % 8)}`, effect: `${28 + ((j + 2 * k) % 9)}` }, final: true }], { who: `J-${j}`, on: ago(days) });
  });
  desk.do('round', 'close', [name], { on: ago(days) });
  desk.do('round', 'seed', [name, 'lottery 3 8 14'], { on: ago(days) });
  desk.do('round', 'decide', [name, 'talk'], { on: ago(days) });
}

/** Items of every kind in a bank, forms drawn, one exam that was sat and waits for its markers, and two that are begun.
 * @param {any} server @param {Desk} desk @returns {{exam: string, examOfKim: string}} cases of those that are begun */
function exam(server, desk) {
  const rows = ['id,topic,kind,points,text,key,tolerance,guide,a,b,c,d'];
  for (let k = 0; k < 6; k++) rows.push(`s${k},spc,single,1,"Which chart shows the spread of subgroups of five? (${k})",b,,,A p chart,An R chart,A c chart,A Pareto chart`);
  for (let k = 0; k < 2; k++) rows.push(`m${k},tools,multi,2,"Which are among the seven tools? (${k})","a,c",,,Histogram,Regression tree,Check sheet,`);
  for (let k = 0; k < 2; k++) rows.push(`n${k},tools,number,2,Mean of 4.1 4.3 4.5?,4.3,0.05,,,,,`);
  for (let k = 0; k < 2; k++) rows.push(`h${k},essay,hand,4,"A point lies outside the limits. What do you do, in which order? (${k})",,,"contain, find the cause, act, verify",,,,`);
  const path = join(server.home, 'items.csv');
  writeFileSync(path, `${rows.join('\n')}\n`);
  for (const party of ['D-1', 'K-1']) desk.do('party', 'appoint', [party, { scheme: 'x.master', role: 'examiner' }]);
  desk.do('exam', 'items', ['x.master', 'written', path]);
  desk.do('exam', 'draw', ['x.master', 'written']);
  const [sat, begun, other] = ['L-1', 'D-1', 'K-1'].map((party) => {
    const id = desk.do('case', 'open', [{ scheme: 'x.master', party, title: 'Master of the shop floor' }], { who: party }).case;
    desk.do('case', 'fill', [id, { form: 'apply', values: { years: '9' }, seal: true }], { who: party });
    return id;
  });
  const { paper } = desk.do('exam', 'start', [sat], { who: 'L-1' });
  desk.do('exam', 'answer', [sat, { answers: paper.map((/** @type {any} */ q, /** @type {number} */ i) => ({ n: i + 1, item: q.item, answer: { single: 'b', multi: 'a,c', number: '4.3' }[q.kind] ?? 'Stop, contain, look for the cause.' })) }], { who: 'L-1' });
  desk.do('exam', 'finish', [sat], { who: 'L-1' });
  desk.do('exam', 'start', [begun], { who: 'D-1' });
  desk.do('exam', 'start', [other], { who: 'K-1' });
  return { exam: begun, examOfKim: other };
}

/** A firm that three are sent to; two have seen another number of machines. @param {any} server @param {Desk} desk @returns {string} */
function visit(server, desk) {
  const path = join(server.home, 'visitors.ndjson');
  writeFileSync(path, [{ kind: 'firm', name: 'Hansol Precision', code: 'F-1' }, { kind: 'person', name: 'Li Wei', code: 'LI-1', account: 'li' }, { kind: 'person', name: 'Boss', code: 'B-1', relations: [{ relation: 'represents', to: 'F-1' }] }]
    .map((p) => `${JSON.stringify(p)}\n`).join(''));
  desk.do('party', 'import', [path]);
  for (const party of ['D-1', 'K-1', 'LI-1']) desk.do('party', 'appoint', [party, { scheme: 'x.visit', role: 'visitor' }]);
  const id = desk.do('case', 'open', [{ scheme: 'x.visit', party: 'F-1', title: 'Hansol Precision, plant 2' }], { who: 'B-1' }).case;
  desk.do('case', 'fill', [id, { form: 'apply', values: { theme: 'Order on the floor' }, seal: true }], { who: 'B-1' });
  desk.do('case', 'assign', [id, { judges: ['D-1', 'K-1', 'LI-1'] }]);
  const entry = (/** @type {number} */ n, /** @type {string} */ item, /** @type {any} */ value, kind = 'value') => ({ id: String(n).padStart(32, '0'), item, value, kind, at: new Date().toISOString() });
  desk.do('case', 'observe', [id, { stage: 'onsite', entries: [entry(1, 'machines', '12'), entry(2, 'reading', { name: 'shaft diameter', value: '10.02' }, 'add')] }], { who: 'D-1' });
  desk.do('case', 'observe', [id, { stage: 'onsite', entries: [entry(3, 'machines', '11')] }], { who: 'K-1' });
  return id;
}

/** A board of four, one of them tied to a case, with two cases on its agenda. @param {any} server @param {Desk} desk @returns {string} */
function meeting(server, desk) {
  const path = join(server.home, 'board.ndjson');
  writeFileSync(path, [{ kind: 'firm', name: 'Daehan Castings', code: 'F-2' }, { kind: 'firm', name: 'Namsan Gears', code: 'F-3' }, { kind: 'person', name: 'Park Soyeon', code: 'PS-1', relations: [{ relation: 'employed', to: 'F-2' }] }]
    .map((p) => `${JSON.stringify(p)}\n`).join(''));
  desk.do('party', 'import', [path]);
  for (const party of ['D-1', 'K-1', 'LI-1', 'PS-1']) desk.do('party', 'appoint', [party, { scheme: 'x.meeting', role: 'board' }]);
  const [first] = ['F-2', 'F-3'].map((party) => desk.do('case', 'open', [{ scheme: 'x.meeting', party, title: `Admission of ${party === 'F-2' ? 'Daehan Castings' : 'Namsan Gears'}` }]).case);
  const id = desk.do('meeting', 'open', [{ scheme: 'x.meeting', role: 'board', title: 'Board, November', place: 'Room 2' }]).id;
  for (const party of ['D-1', 'K-1']) desk.do('meeting', 'present', [id, { party }]);
  desk.do('case', 'vote', [first, { choice: 'yes' }], { who: 'K-1' });
  return id;
}

/** @param {any} server @returns {{meeting: string, visit: string, exam: string, circle: string, judged: string, decided: string, scheme: string}} */
export function playProgrammes(server) {
  const desk = new Desk(server);
  for (const file of ['test/programmes/contest.yaml', 'schemes/kr-circle.yaml', 'schemes/cluster.yaml', 'test/programmes/exam.yaml', 'test/programmes/visit.yaml', 'test/programmes/meeting.yaml', 'schemes/kr-suggestion.yaml', 'schemes/complaint.yaml']) desk.do('round', 'publish', [join(TOP, file)]);
  people(server, desk);
  judge(desk, 'c24', contest(desk, 'c24', [0, 1, 2], 60), 40);
  desk.do('case', 'tick', [], { on: ago(20) });
  judge(desk, 'c25', contest(desk, 'c25', [3, 4], 20), 3);
  const open = contest(desk, 'c26', [5, 6, 7], 5);
  for (const id of open) desk.do('case', 'assign', [id, { judges: ['D-1', 'K-1', 'J-0', 'J-1', 'J-2'] }]);
  const circle = desk.do('case', 'open', [{ scheme: 'kr.circle', party: 'C-1', title: 'Diameter of the shaft', from: { characteristic: 'machining/shaft/diameter' } }], { who: 'D-1' }).case;
  return { ...exam(server, desk), visit: visit(server, desk), meeting: meeting(server, desk), circle, judged: open[0], decided: desk.do('round', 'show', ['c24']).id, scheme: 'cluster.conversion' };
}
