// SPDX-License-Identifier: GPL-3.0-or-later
// QR codes, where the browser can read them (BarcodeDetector): through the camera, or in a picture.
// Where it cannot, any telephone's camera opens the address that the code holds.
import { html, useEffect, useRef, useState } from '../../lib/html.js';
import { t } from '../../lib/i18n.js';

const LOOK_MS = 200, UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** @type {() => any} */
const detector = () => new /** @type {any} */ (globalThis).BarcodeDetector({ formats: ['qr_code'] });
export const canRead = () => 'BarcodeDetector' in globalThis;

/** A camera is given to pages of HTTPS and localhost alone. */
export const canScan = () => canRead() && Boolean(navigator.mediaDevices?.getUserMedia);

/** The number that an address or a number names; `elsewhere`: the host, when it is not this one. null: neither.
 * @param {string} text @returns {{id: string, elsewhere: string | null} | null} */
export function whereTo(text) {
  const plain = new RegExp(`^(?:urn:uuid:)?(${UUID})$`).exec(text.trim());
  if (plain) return { id: plain[1], elsewhere: null };
  const found = new RegExp(`^https?://([^/]+)/(?:verify\\?id=|credentials/)(${UUID})(?:[.&#]|$)`).exec(text.trim());
  return found && { id: found[2], elsewhere: found[1] === location.host ? null : found[1] };
}

/** The text of the QR code in a picture; null: there is none, or this browser reads none. @param {Blob} picture @returns {Promise<string | null>} */
export async function textInPicture(picture) {
  if (!canRead()) return null;
  const image = await createImageBitmap(picture).catch(() => null);
  const codes = image ? await detector().detect(image).catch(() => []) : [];
  return codes[0]?.rawValue ?? null;
}

/** The camera, until it sees a code. @param {{close: (text?: string) => void}} props */
export function Scanner({ close }) {
  const video = useRef(/** @type {HTMLVideoElement | null} */ (null));
  const [isRefused, setRefused] = useState(false);
  useEffect(() => {
    /** @type {MediaStream | null} */
    let stream = null;
    let isOver = false;
    const eye = detector();
    const look = async () => {
      if (isOver || !video.current) return;
      const codes = await eye.detect(video.current).catch(() => []);
      if (codes.length && !isOver) close(codes[0].rawValue);
      else setTimeout(look, LOOK_MS);
    };
    navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } }).then(async (given) => {
      stream = given;
      if (isOver || !video.current) return stop();
      video.current.srcObject = stream;
      await video.current.play();
      return look();
    }).catch(() => setRefused(true));
    const stop = () => stream?.getTracks().forEach((track) => track.stop());
    return () => {
      isOver = true;
      stop();
    };
  }, []);
  return html`<div class="stack">${isRefused ? html`<p role="alert">${t('verify.scan.refused')}</p>` : html`<p>${t('verify.scan.how')}</p>
    <video class="camera" ref=${video} playsinline muted aria-label=${t('verify.scan')}></video>`}
    <div class="buttons"><button type="button" onClick=${() => close()}>${t('cancel')}</button></div></div>`;
}
