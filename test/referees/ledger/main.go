// SPDX-License-Identifier: GPL-3.0-or-later

// A referee for the log: golang.org/x/mod's sumdb/tlog and sumdb/note, which we did not write, read
// the files that Assay wrote.
//
//	ledger DIR CHANGES
//
// DIR holds vkey, log/ (checkpoint, tile/), older/ (checkpoints of before) and receipts/. Every entry
// is hashed and compared, every older checkpoint proved to be continued, receipts are checked; then
// CHANGES single bits are changed, one at a time, and each must be refused. Prints TAP.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

var strict = base64.StdEncoding.Strict()

// files reads DIR/log; changed holds one file with other bytes.
type files struct {
	root        string
	changedPath string
	changed     []byte
}

func (f *files) read(path string) ([]byte, error) {
	if path == f.changedPath {
		return f.changed, nil
	}
	return os.ReadFile(filepath.Join(f.root, "log", path))
}

func (f *files) Height() int { return height }

func (f *files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		b, err := f.read(tilePath(t))
		if err != nil {
			return nil, err
		}
		if len(b) != t.W*tlog.HashSize {
			return nil, fmt.Errorf("%s: %d bytes", tilePath(t), len(b))
		}
		all = append(all, b)
	}
	return all, nil
}

func (f *files) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

// tilePath drops the height, which tlog-tiles does not have.
func tilePath(t tlog.Tile) string {
	return "tile/" + strings.TrimPrefix(t.Path(), "tile/8/")
}

func bundlePath(n int64, width int) string {
	t := tlog.Tile{H: height, L: 0, N: n, W: width}
	return "tile/entries/" + strings.TrimPrefix(t.Path(), "tile/8/0/")
}

type tree struct {
	tlog.Tree
	text string
}

func parseTree(text string) (tree, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return tree{}, errors.New("not three lines")
	}
	n, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || lines[1] != strconv.FormatInt(n, 10) {
		return tree{}, errors.New("not a size")
	}
	h, err := strict.DecodeString(lines[2])
	if err != nil || len(h) != tlog.HashSize {
		return tree{}, errors.New("not a root")
	}
	t := tree{text: text}
	t.N = n
	copy(t.Hash[:], h)
	return t, nil
}

func openNote(msg []byte, v note.Verifier) (tree, error) {
	n, err := note.Open(msg, note.VerifierList(v))
	if err != nil {
		return tree{}, err
	}
	return parseTree(n.Text)
}

// splitBundle: a length of two bytes before each entry, nothing behind the last.
func splitBundle(b []byte) ([][]byte, error) {
	var all [][]byte
	for len(b) > 0 {
		if len(b) < 2 || len(b) < 2+int(binary.BigEndian.Uint16(b)) {
			return nil, errors.New("cut short")
		}
		n := int(binary.BigEndian.Uint16(b))
		all = append(all, b[2:2+n])
		b = b[2+n:]
	}
	return all, nil
}

func readBundle(f *files, t tree, n int64) ([][]byte, error) {
	width := int(min64(256, t.N-n*256))
	b, err := f.read(bundlePath(n, width))
	if err != nil {
		return nil, err
	}
	entries, err := splitBundle(b)
	if err != nil {
		return nil, err
	}
	if len(entries) != width {
		return nil, fmt.Errorf("bundle %d has %d entries", n, len(entries))
	}
	return entries, nil
}

// stored is the whole tree as tlog computes it from the entries alone.
type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var all []tlog.Hash
	for _, i := range indexes {
		if i >= int64(len(s)) {
			return nil, errors.New("no such hash")
		}
		all = append(all, s[i])
	}
	return all, nil
}

// recompute: from every entry to the signed root; then every tile, byte by byte.
func recompute(f *files, t tree) (stored, error) {
	var s stored
	for n := int64(0); n*256 < t.N; n++ {
		entries, err := readBundle(f, t, n)
		if err != nil {
			return nil, err
		}
		for i, e := range entries {
			more, err := tlog.StoredHashesForRecordHash(n*256+int64(i), tlog.RecordHash(e), s)
			if err != nil {
				return nil, err
			}
			s = append(s, more...)
		}
	}
	root, err := tlog.TreeHash(t.N, s)
	if err == nil && root != t.Hash {
		err = errors.New("the entries give another root")
	}
	return s, err
}

func allTiles(f *files, t tree, s stored) (int, error) {
	count := 0
	for l, n := 0, t.N; n > 0; l, n = l+1, n>>height {
		for i := int64(0); i*256 < n; i++ {
			which := tlog.Tile{H: height, L: l, N: i, W: int(min64(256, n-i*256))}
			told, err := f.read(tilePath(which))
			if err != nil {
				return 0, err
			}
			right, err := tlog.ReadTileData(which, s)
			if err != nil {
				return 0, err
			}
			if !bytes.Equal(told, right) {
				return 0, fmt.Errorf("%s has other bytes", tilePath(which))
			}
			count++
		}
	}
	return count, nil
}

// checkBundle: every entry is its leaf.
func checkBundle(f *files, t tree, s stored, n int64) error {
	entries, err := readBundle(f, t, n)
	if err != nil {
		return err
	}
	for i, e := range entries {
		if tlog.RecordHash(e) != s[tlog.StoredHashIndex(0, n*256+int64(i))] {
			return fmt.Errorf("entry %d is not its leaf", n*256+int64(i))
		}
	}
	return nil
}

func min64(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

// checkReceipt: C2SP tlog-proof, with the entry from the log's own bundle.
func checkReceipt(f *files, v note.Verifier, b []byte) error {
	text := string(b)
	const head = "c2sp.org/tlog-proof@v1\n"
	if !strings.HasPrefix(text, head) {
		return errors.New("no head")
	}
	text = text[len(head):]
	if strings.HasPrefix(text, "extra ") {
		text = text[strings.Index(text, "\n")+1:]
	}
	parts := strings.SplitN(text, "\n\n", 2)
	if len(parts) != 2 {
		return errors.New("no empty line")
	}
	lines := strings.Split(parts[0], "\n")
	if !strings.HasPrefix(lines[0], "index ") {
		return errors.New("no index")
	}
	index, err := strconv.ParseInt(lines[0][6:], 10, 64)
	if err != nil || lines[0][6:] != strconv.FormatInt(index, 10) {
		return errors.New("not an index")
	}
	var proof tlog.RecordProof
	for _, l := range lines[1:] {
		h, err := strict.DecodeString(l)
		if err != nil || len(h) != tlog.HashSize {
			return errors.New("not a hash")
		}
		var hash tlog.Hash
		copy(hash[:], h)
		proof = append(proof, hash)
	}
	t, err := openNote([]byte(parts[1]), v)
	if err != nil {
		return err
	}
	if index >= t.N {
		return errors.New("beyond the tree")
	}
	bundle, err := os.ReadFile(filepath.Join(f.root, "log", bundlePath(index/256, int(min64(256, t.N-index/256*256)))))
	if err != nil {
		return err
	}
	entries, err := splitBundle(bundle)
	if err != nil || int64(len(entries)) <= index%256 {
		return errors.New("no such entry")
	}
	return tlog.CheckRecord(proof, t.N, t.Hash, index, tlog.RecordHash(entries[index%256]))
}

// -- single bits ---------------------------------------------------------------------------

func flip(b []byte, bit int) []byte {
	c := append([]byte(nil), b...)
	c[bit/8] ^= 1 << (bit % 8)
	return c
}

func tileOf(r *rand.Rand, t tree) tlog.Tile {
	var tiles []tlog.Tile
	for l, n := 0, t.N; n > 0; l, n = l+1, n>>height {
		i := r.Int63n((n + 255) / 256)
		tiles = append(tiles, tlog.Tile{H: height, L: l, N: i, W: int(min64(256, n-i*256))})
		last := (n - 1) / 256
		tiles = append(tiles, tlog.Tile{H: height, L: l, N: last, W: int(n - last*256)})
	}
	return tiles[r.Intn(len(tiles))]
}

func changeTile(f *files, r *rand.Rand, t tree) (bool, error) {
	which := tileOf(r, t)
	b, err := f.read(tilePath(which))
	if err != nil {
		return false, err
	}
	bit := r.Intn(8 * len(b))
	c := &files{root: f.root, changedPath: tilePath(which), changed: flip(b, bit)}
	// A record below another hash of the tile: its proof has the changed one in it. (TileHashReader
	// of this version authenticates not all tiles that it fetches, so its word alone is not enough.)
	under := bit / 256
	for which.W > 1 && under == bit/256 {
		under = r.Intn(which.W)
	}
	m := (which.N<<height + int64(under)) << (height * which.L)
	reader := tlog.TileHashReader(t.Tree, c)
	leaf, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, m)})
	if err != nil {
		return true, nil
	}
	proof, err := tlog.ProveRecord(t.N, m, reader)
	if err != nil {
		return true, nil
	}
	return tlog.CheckRecord(proof, t.N, t.Hash, m, leaf[0]) != nil, nil
}

func changeBundle(f *files, r *rand.Rand, t tree, s stored) (bool, error) {
	n := r.Int63n((t.N + 255) / 256)
	path := bundlePath(n, int(min64(256, t.N-n*256)))
	b, err := f.read(path)
	if err != nil {
		return false, err
	}
	c := &files{root: f.root, changedPath: path, changed: flip(b, r.Intn(8*len(b)))}
	return checkBundle(c, t, s, n) != nil, nil
}

// Bits behind the last byte of a signature in base64 mean nothing, and Go does not look at them.
func sameSignature(a, b []byte) bool {
	i, j := bytes.LastIndexByte(a, ' '), bytes.LastIndexByte(b, ' ')
	if i != j || !bytes.Equal(a[:i+1], b[:i+1]) {
		return false
	}
	x, err1 := base64.StdEncoding.DecodeString(string(bytes.TrimRight(a[i+1:], "\n")))
	y, err2 := base64.StdEncoding.DecodeString(string(bytes.TrimRight(b[i+1:], "\n")))
	return err1 == nil && err2 == nil && bytes.Equal(x, y)
}

func changeNote(r *rand.Rand, v note.Verifier, b []byte) bool {
	for {
		c := flip(b, r.Intn(8*len(b)))
		if sameSignature(b, c) {
			continue
		}
		_, err := openNote(c, v)
		return err != nil
	}
}

func changeReceipt(f *files, r *rand.Rand, v note.Verifier, b []byte) bool {
	from := bytes.Index(b, []byte("index "))
	for {
		c := flip(b, 8*from+r.Intn(8*(len(b)-from)))
		if sameSignature(b, c) {
			continue
		}
		return checkReceipt(f, v, c) != nil
	}
}

// -- the run ---------------------------------------------------------------------------------

var count, failed int

func result(err error, format string, args ...interface{}) {
	count++
	word := "ok"
	if err != nil {
		fmt.Printf("# %v\n", err)
		word = "not ok"
		failed++
	}
	fmt.Printf("%s %d - ledger: %s\n", word, count, fmt.Sprintf(format, args...))
}

func must(err error) {
	if err != nil {
		fmt.Printf("not ok 1 - ledger: %v\n", err)
		os.Exit(1)
	}
}

func olderTrees(f *files, t tree, v note.Verifier) (int, error) {
	paths, _ := filepath.Glob(filepath.Join(f.root, "older", "*"))
	sort.Strings(paths)
	reader := tlog.TileHashReader(t.Tree, f)
	for _, p := range paths {
		b, err := os.ReadFile(p)
		must(err)
		o, err := openNote(b, v)
		if err != nil {
			return 0, fmt.Errorf("%s: %v", p, err)
		}
		if o.N == 0 {
			continue
		}
		proof, err := tlog.ProveTree(t.N, o.N, reader)
		if err == nil {
			err = tlog.CheckTree(proof, t.N, t.Hash, o.N, o.Hash)
		}
		if err != nil {
			return 0, fmt.Errorf("%s: %v", p, err)
		}
	}
	return len(paths), nil
}

func main() {
	f := &files{root: os.Args[1]}
	changes, err := strconv.Atoi(os.Args[2])
	must(err)
	key, err := os.ReadFile(filepath.Join(f.root, "vkey"))
	must(err)
	v, err := note.NewVerifier(strings.TrimSpace(string(key)))
	must(err)
	msg, err := f.read("checkpoint")
	must(err)
	t, err := openNote(msg, v)
	result(err, "the checkpoint opens with its key")
	must(err)
	s, err := recompute(f, t)
	result(err, "%d entries give the signed root", t.N)
	must(err)
	tiles, err := allTiles(f, t, s)
	result(err, "each of %d tiles has the bytes that the entries give", tiles)
	n, err := olderTrees(f, t, v)
	result(err, "each of %d older checkpoints is continued by the newest", n)
	receipts, _ := filepath.Glob(filepath.Join(f.root, "receipts", "*"))
	err = nil
	var bodies [][]byte
	for _, p := range receipts {
		b, e := os.ReadFile(p)
		must(e)
		bodies = append(bodies, b)
		if e = checkReceipt(f, v, b); e != nil {
			err = fmt.Errorf("%s: %v", p, e)
		}
	}
	result(err, "%d receipts hold", len(receipts))
	r := rand.New(rand.NewSource(1))
	refused := 0
	for i := 0; i < changes; i++ {
		var is bool
		switch i % 4 {
		case 0:
			is, err = changeTile(f, r, t)
			must(err)
		case 1:
			is, err = changeBundle(f, r, t, s)
			must(err)
		case 2:
			is = changeNote(r, v, msg)
		default:
			is = changeReceipt(f, r, v, bodies[r.Intn(len(bodies))])
		}
		if is {
			refused++
		}
	}
	err = nil
	if refused != changes {
		err = fmt.Errorf("%d were taken", changes-refused)
	}
	result(err, "%d of %d single changed bits are refused", refused, changes)
	if failed > 0 {
		os.Exit(1)
	}
}
