// SPDX-License-Identifier: GPL-3.0-or-later
// The one door to Preact: screens import from here.
export { html, render } from 'htm/preact';
export { createContext } from 'preact';
export { useCallback, useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
