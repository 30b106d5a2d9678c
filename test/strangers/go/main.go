// Judges the proofs of packages/tlog with golang.org/x/mod/sumdb/tlog and github.com/transparency-dev/merkle, and makes proofs for it to judge.
// Reads one JSON request from standard input and writes one JSON answer.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/merkle/testonly"
	"golang.org/x/mod/sumdb/tlog"
)

// inclusion says that the leaf is at Index of the tree of NewSize leaves with NewRoot; consistency that this tree continues the one of OldSize.
type claim struct {
	Kind     string   `json:"kind"`
	Index    int64    `json:"index"`
	OldSize  int64    `json:"oldSize"`
	NewSize  int64    `json:"newSize"`
	LeafHash []byte   `json:"leafHash"`
	OldRoot  []byte   `json:"oldRoot"`
	NewRoot  []byte   `json:"newRoot"`
	Proof    [][]byte `json:"proof"`
}

type request struct {
	// Judge: what each library says of these.
	Claims []claim `json:"claims"`
	// Make: all proofs for trees of up to so many leaves; leaf i is the text of its number.
	Leaves int64 `json:"leaves"`
}

type answer struct {
	Sumdb  []bool  `json:"sumdb"`
	Merkle []bool  `json:"merkle"`
	Made   []claim `json:"made"`
}

func hash(bytes []byte) (hash tlog.Hash) {
	copy(hash[:], bytes)
	return hash
}

func hashes(proof [][]byte) []tlog.Hash {
	list := make([]tlog.Hash, len(proof))
	for at, bytes := range proof {
		list[at] = hash(bytes)
	}
	return list
}

func bySumdb(c claim) bool {
	if c.Kind == "inclusion" {
		return tlog.CheckRecord(hashes(c.Proof), c.NewSize, hash(c.NewRoot), c.Index, hash(c.LeafHash)) == nil
	}
	return tlog.CheckTree(hashes(c.Proof), c.NewSize, hash(c.NewRoot), c.OldSize, hash(c.OldRoot)) == nil
}

func byMerkle(c claim) bool {
	hasher := rfc6962.DefaultHasher
	if c.Kind == "inclusion" {
		return proof.VerifyInclusion(hasher, uint64(c.Index), uint64(c.NewSize), c.LeafHash, c.Proof, c.NewRoot) == nil
	}
	return proof.VerifyConsistency(hasher, uint64(c.OldSize), uint64(c.NewSize), c.Proof, c.OldRoot, c.NewRoot) == nil
}

// made gives every inclusion and consistency proof of every tree, alternately by one library and the other.
func made(leaves int64) ([]claim, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		list := make([]tlog.Hash, len(indexes))
		for at, index := range indexes {
			list[at] = stored[index]
		}
		return list, nil
	})
	tree := testonly.New(rfc6962.DefaultHasher)
	var claims []claim
	for size := int64(1); size <= leaves; size++ {
		leaf := []byte(fmt.Sprint(size - 1))
		more, err := tlog.StoredHashes(size-1, leaf, reader)
		if err != nil {
			return nil, err
		}
		stored = append(stored, more...)
		tree.AppendData(leaf)
		root := tree.HashAt(uint64(size))
		for at := int64(0); at < size; at++ {
			inclusion := claim{Kind: "inclusion", Index: at, NewSize: size, NewRoot: root, LeafHash: rfc6962.DefaultHasher.HashLeaf([]byte(fmt.Sprint(at)))}
			consistency := claim{Kind: "consistency", OldSize: at + 1, NewSize: size, OldRoot: tree.HashAt(uint64(at + 1)), NewRoot: root}
			if (at+size)%2 == 0 {
				record, err := tlog.ProveRecord(size, at, reader)
				if err != nil {
					return nil, err
				}
				older, err := tlog.ProveTree(size, at+1, reader)
				if err != nil {
					return nil, err
				}
				inclusion.Proof, consistency.Proof = bytesOf(record), bytesOf(older)
			} else {
				if inclusion.Proof, err = tree.InclusionProof(uint64(at), uint64(size)); err != nil {
					return nil, err
				}
				if consistency.Proof, err = tree.ConsistencyProof(uint64(at+1), uint64(size)); err != nil {
					return nil, err
				}
			}
			claims = append(claims, inclusion, consistency)
		}
	}
	return claims, nil
}

func bytesOf(proof []tlog.Hash) [][]byte {
	list := make([][]byte, len(proof))
	for at := range proof {
		list[at] = proof[at][:]
	}
	return list
}

func run() error {
	var asked request
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		return err
	}
	var told answer
	for _, c := range asked.Claims {
		told.Sumdb = append(told.Sumdb, bySumdb(c))
		told.Merkle = append(told.Merkle, byMerkle(c))
	}
	var err error
	if told.Made, err = made(asked.Leaves); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(told)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
