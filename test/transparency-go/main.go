// An independent client of the transparency log: it shares no code with the hub and reads only what the hub
// publishes. Merkle proofs and notes are checked by golang.org/x/mod/sumdb, the code behind Go's checksum database.
//
//	go run . -known old-checkpoint.txt <prefix> <verifier key>
//
// It verifies the checkpoint, downloads tiles and entries, recomputes the root, checks the inclusion of every leaf
// (by its own proof from tiles, and by the hub's JSON proof) and the consistency of every earlier size (likewise),
// prints one line of JSON and exits 0; at the first thing that does not hold it says so and exits 1.
package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

func main() {
	known := flag.String("known", "", "file with a checkpoint seen earlier")
	flag.Parse()
	if flag.NArg() != 2 {
		fmt.Fprintln(os.Stderr, "usage: transparency-go [-known file] <prefix> <verifier key>")
		os.Exit(2)
	}
	report, err := verify(strings.TrimSuffix(flag.Arg(0), "/"), flag.Arg(1), *known)
	if err != nil {
		fmt.Fprintln(os.Stderr, "REFUSED:", err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type report struct {
	Origin      string `json:"origin"`
	Size        int64  `json:"size"`
	Leaves      int64  `json:"leaves_verified"`
	Consistency int64  `json:"sizes_verified"`
	Known       int64  `json:"known_size"`
	Tiles       int    `json:"tiles_fetched"`
	Millis      int64  `json:"milliseconds"`
}

func verify(prefix, verifierKey, knownFile string) (*report, error) {
	start := time.Now()
	verifier, err := note.NewVerifier(verifierKey)
	if err != nil {
		return nil, err
	}
	signed, err := get(prefix + "/checkpoint")
	if err != nil {
		return nil, err
	}
	tree, err := openCheckpoint(signed, verifier)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	tiles := &tileReader{prefix: prefix, size: tree.N}
	hashes := tlog.TileHashReader(tree, tiles)
	result := &report{Origin: verifier.Name(), Size: tree.N}

	root, err := tlog.TreeHash(tree.N, hashes)
	if err != nil || root != tree.Hash {
		return nil, fmt.Errorf("the tiles have another root than the checkpoint (%v)", err)
	}
	entries, err := readEntries(prefix, tree.N)
	if err != nil {
		return nil, err
	}
	for index, entry := range entries {
		leaf := tlog.RecordHash(entry)
		proof, err := tlog.ProveRecord(tree.N, int64(index), hashes)
		if err != nil {
			return nil, fmt.Errorf("leaf %d: %w", index, err)
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, int64(index), leaf); err != nil {
			return nil, fmt.Errorf("leaf %d: %w", index, err)
		}
		if err := checkHubInclusion(prefix, tree, int64(index), leaf); err != nil {
			return nil, fmt.Errorf("leaf %d, by the hub's own proof: %w", index, err)
		}
		result.Leaves++
	}
	for size := int64(1); size <= tree.N; size++ {
		old, err := tlog.TreeHash(size, hashes)
		if err != nil {
			return nil, err
		}
		proof, err := tlog.ProveTree(tree.N, size, hashes)
		if err != nil {
			return nil, err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, size, old); err != nil {
			return nil, fmt.Errorf("consistency from %d: %w", size, err)
		}
		if err := checkHubConsistency(prefix, tree, size, old); err != nil {
			return nil, fmt.Errorf("consistency from %d, by the hub's own proof: %w", size, err)
		}
		result.Consistency++
	}
	if knownFile != "" {
		bytes, err := os.ReadFile(knownFile)
		if err != nil {
			return nil, err
		}
		old, err := openCheckpoint(bytes, verifier)
		if err != nil {
			return nil, fmt.Errorf("the known checkpoint: %w", err)
		}
		if err := checkHubConsistency(prefix, tree, old.N, old.Hash); err != nil {
			return nil, fmt.Errorf("FORK: the checkpoint of %d is not a beginning of that of %d: %w", old.N, tree.N, err)
		}
		result.Known = old.N
	}
	result.Tiles = tiles.fetched
	result.Millis = time.Since(start).Milliseconds()
	return result, nil
}

// openCheckpoint verifies a signed note and reads the three lines of C2SP tlog-checkpoint.
func openCheckpoint(signed []byte, verifier note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("not a checkpoint of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tlog.Tree{}, fmt.Errorf("malformed root")
	}
	return tlog.Tree{N: size, Hash: tlog.Hash(root)}, nil
}

// tileReader fetches tiles; tlog verifies each against the checkpoint before it uses it.
type tileReader struct {
	prefix  string
	size    int64
	fetched int
}

func (r *tileReader) Height() int { return tileHeight }

func (r *tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		// Go's own paths begin with the height: tile/8/0/x001/067. C2SP's do not.
		bytes, err := get(r.prefix + "/tile/" + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight)))
		if err != nil {
			return nil, err
		}
		r.fetched++
		all = append(all, bytes)
	}
	return all, nil
}

func (r *tileReader) SaveTiles([]tlog.Tile, [][]byte) {}

func readEntries(prefix string, size int64) ([][]byte, error) {
	var entries [][]byte
	for index := int64(0); index*256 < size; index++ {
		tile := tlog.Tile{H: tileHeight, L: 0, N: index, W: int(min(256, size-index*256))}
		path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/0/", tileHeight))
		bundle, err := get(prefix + "/tile/entries/" + path)
		if err != nil {
			return nil, err
		}
		for range tile.W {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return nil, fmt.Errorf("bundle %d is short", index)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			entries = append(entries, bundle[2:end])
			bundle = bundle[end:]
		}
		if len(bundle) != 0 {
			return nil, fmt.Errorf("bundle %d has bytes left over", index)
		}
	}
	return entries, nil
}

func checkHubInclusion(prefix string, tree tlog.Tree, index int64, leaf tlog.Hash) error {
	var answer struct {
		Index int64    `json:"index"`
		Proof []string `json:"proof"`
	}
	url := fmt.Sprintf("%s/proof/inclusion?leaf_hash=%x&size=%d", prefix, leaf[:], tree.N)
	if err := getJSON(url, &answer); err != nil {
		return err
	}
	proof, err := decode(answer.Proof)
	if err != nil {
		return err
	}
	if answer.Index != index {
		return fmt.Errorf("the hub says index %d", answer.Index)
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf)
}

func checkHubConsistency(prefix string, tree tlog.Tree, size int64, old tlog.Hash) error {
	var answer struct {
		Proof []string `json:"proof"`
	}
	if err := getJSON(fmt.Sprintf("%s/proof/consistency?from=%d&to=%d", prefix, size, tree.N), &answer); err != nil {
		return err
	}
	proof, err := decode(answer.Proof)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, size, old)
}

func decode(proof []string) ([]tlog.Hash, error) {
	hashes := []tlog.Hash{}
	for _, text := range proof {
		bytes, err := hex.DecodeString(text)
		if err != nil || len(bytes) != tlog.HashSize {
			return nil, fmt.Errorf("malformed proof")
		}
		hashes = append(hashes, tlog.Hash(bytes))
	}
	return hashes, nil
}

func get(url string) ([]byte, error) {
	response, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 64<<20))
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s %s", url, response.Status, body)
	}
	return body, nil
}

func getJSON(url string, into any) error {
	body, err := get(url)
	if err != nil {
		return err
	}
	return json.Unmarshal(body, into)
}
