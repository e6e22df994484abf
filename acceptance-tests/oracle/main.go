// SPDX-License-Identifier: MPL-2.0

// Compares the crate's codec with the two of the vendor: go-cty, which the CLIs speak, and terraform-plugin-go, which
// providers in Go do. Both directions are random, over types and over schemas with blocks of every nesting.
//
//	go run . -codec <the crate's example "codec"> [-pairs 10000] [-seed 1]
package main

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"github.com/zclconf/go-cty/cty/msgpack"
)

// A difference is a pair that two codecs do not agree on.
type difference struct {
	pair  int
	what  string
	about any
}

func main() {
	path := flag.String("codec", "", "the crate's codec as a filter")
	pairs := flag.Int("pairs", 10000, "how many schema/value pairs each way")
	seed := flag.Uint64("seed", 1, "where the random values begin")
	flag.Parse()
	theirs, err := start(*path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	defer theirs.stop()
	differences := append(decoded(theirs, *pairs, *seed), encoded(theirs, *pairs, *seed)...)
	for _, found := range differences[:min(len(differences), 20)] {
		fmt.Printf("pair %d: %s: %v\n", found.pair, found.what, found.about)
	}
	fmt.Printf("%d pairs each way, %d differences (seed %d)\n", *pairs, len(differences), *seed)
	if len(differences) > 0 {
		os.Exit(1)
	}
}

// What the crate encodes is read by both libraries, written again, and must come back as the same value.
func decoded(theirs *filter, pairs int, seed uint64) []difference {
	var found []difference
	for pair := range pairs {
		tell := func(what string, about any) { found = append(found, difference{pair, what, about}) }
		made := theirs.ask(request{Ask: "generate", Seed: seed + uint64(pair)})
		if made.Error != "" {
			tell("generate", made.Error)
			continue
		}
		compare := func(what string, again []byte, unrefined bool, err error) {
			if err != nil {
				tell(what, err)
				return
			}
			same := theirs.ask(request{Ask: "same", Type: made.Type, Left: made.Msgpack, Right: again, Unrefined: unrefined})
			if !same.Same {
				tell(what, fmt.Sprintf("%s %s\n  ours   %s\n  theirs %s", made.Type, same.Error, same.Left, same.Right))
			}
		}
		again, err := throughCty(made.Type, made.Msgpack)
		compare("go-cty reads otherwise", again, false, err)
		again, err = throughPluginGo(made.Type, made.Msgpack)
		// It knows unknown values, and nothing of what is promised of them.
		compare("terraform-plugin-go reads otherwise", again, true, err)
	}
	return found
}

// What go-cty encodes is read by the crate, written again, and must come back as the same value. The types are those
// of schemas, which the crate must imply from the blocks as terraform-plugin-go does.
func encoded(theirs *filter, pairs int, seed uint64) []difference {
	var found []difference
	random := generator{rand.New(rand.NewPCG(seed, seed))}
	for pair := range pairs {
		tell := func(what string, about any) { found = append(found, difference{pair, what, about}) }
		described, block := random.block(2)
		implied, err := (&tfprotov6.Schema{Block: block}).ValueType().MarshalJSON()
		if err != nil {
			tell("terraform-plugin-go's type", err)
			continue
		}
		ty, err := ctyjson.UnmarshalType(implied)
		if err != nil {
			tell("go-cty's type", err)
			continue
		}
		ours := theirs.ask(request{Ask: "implied", Block: described})
		if other, err := ctyjson.UnmarshalType(ours.Type); err != nil || !other.Equals(ty) {
			tell("another type is implied", fmt.Sprintf("%s, and not %s (%v)", ours.Type, implied, err))
			continue
		}
		value := random.value(ty)
		sent, err := msgpack.Marshal(value, ty)
		if err != nil {
			tell("go-cty cannot encode", err)
			continue
		}
		again := theirs.ask(request{Ask: "recode", Type: implied, Msgpack: sent})
		if again.Error != "" {
			tell("refused", again.Error)
			continue
		}
		back, err := msgpack.Unmarshal(again.Msgpack, ty)
		if err != nil {
			tell("go-cty refuses what comes back", err)
		} else if !back.RawEquals(value) {
			tell("another value comes back", fmt.Sprintf("%#v\n  and not %#v", back, value))
		}
	}
	return found
}

func throughCty(typeJSON, bytes []byte) ([]byte, error) {
	ty, err := ctyjson.UnmarshalType(typeJSON)
	if err != nil {
		return nil, err
	}
	value, err := msgpack.Unmarshal(bytes, ty)
	if err != nil {
		return nil, err
	}
	return msgpack.Marshal(value, ty)
}

func throughPluginGo(typeJSON, sent []byte) ([]byte, error) {
	//nolint:staticcheck // the only way to a type from its JSON
	ty, err := tftypes.ParseJSONType(bytes.TrimSpace(typeJSON))
	if err != nil {
		return nil, err
	}
	value, err := tfprotov6.DynamicValue{MsgPack: sent}.Unmarshal(ty)
	if err != nil {
		return nil, err
	}
	again, err := tfprotov6.NewDynamicValue(ty, value)
	return again.MsgPack, err
}
