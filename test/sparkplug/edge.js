// SPDX-License-Identifier: GPL-3.0-or-later
// An edge node with one device by npm sparkplug-client, told what to do by lines of JSON on standard
// input; says what happens to it as lines of JSON.
//   node edge.js URL GROUP NODE DEVICE
'use strict'
const sparkplug = require('sparkplug-client')

const [url, group, edgeNode, device] = process.argv.slice(2)
const say = (event, more) => process.stdout.write(JSON.stringify({ event, ...more }, (k, v) =>
  typeof v === 'bigint' || (v && v.constructor && v.constructor.name === 'Long') ? Number(v) : v) + '\n')

const client = sparkplug.newClient({
  serverUrl: url, username: '', password: '', groupId: group, edgeNode, clientId: `edge-${edgeNode}`,
  version: 'spBv1.0', keepalive: 30, publishDeath: true,
})
let births = 0

function bear () {
  const timestamp = Date.now()
  births++
  client.publishNodeBirth({ timestamp, metrics: [
    { name: 'Node Control/Rebirth', type: 'Boolean', value: false, timestamp },
    { name: 'Speed', type: 'Int32', value: 3, timestamp }] })
  client.publishDeviceBirth(device, { timestamp, metrics: [
    { name: 'OD', alias: 1, type: 'Double', value: 10, timestamp, properties: { engUnit: { type: 'String', value: 'mm' } } },
    { name: 'Serial', alias: 2, type: 'String', value: '', timestamp },
    { name: 'Setpoint', alias: 3, type: 'Double', value: 1, timestamp }] })
  say('born', { births })
}

function measure (value, serial, options) {
  const timestamp = Date.now()
  client.publishDeviceData(device, { timestamp, metrics: [
    { alias: 2, type: 'String', value: serial, timestamp },
    { alias: 1, type: 'Double', value, timestamp }] }, options)
}

client.on('birth', bear)
client.on('ncmd', (payload) => {
  say('ncmd', { payload })
  if (payload.metrics.some((m) => m.name === 'Node Control/Rebirth' && m.value)) bear()
})
client.on('dcmd', (id, payload) => say('dcmd', { device: id, payload }))
client.on('error', (e) => say('error', { text: String(e) }))

const orders = {
  bear,
  measure: (o) => measure(o.value, o.serial, o.options),
  device_death: () => client.publishDeviceDeath(device, { timestamp: Date.now(), metrics: [] }),
  // The next sequence number is used up, or taken back: what a network loses or swaps.
  set_seq: (o) => { client.seq = o.seq },
  seq: () => say('seq', { seq: client.seq }),
  cut: () => { client.client.options.reconnectPeriod = 0; client.client.stream.destroy(); say('cut') },
  stop: () => client.stop(),
}
let rest = ''
process.stdin.on('data', (bytes) => {
  const lines = (rest + bytes).split('\n')
  rest = lines.pop()
  for (const line of lines) {
    const order = JSON.parse(line)
    orders[order.do](order)
    say('done', { order: order.do })
  }
})
process.stdin.on('end', () => process.exit(0))
