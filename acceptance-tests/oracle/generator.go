// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
)

// Random schemas, and random values of the types that they imply.
type generator struct {
	*rand.Rand
}

type describedBlock struct {
	Attributes map[string]json.RawMessage `json:"attributes"`
	Blocks     map[string]describedNested `json:"blocks"`
}

type describedNested struct {
	Nesting string         `json:"nesting"`
	Block   describedBlock `json:"block"`
}

var nestings = []struct {
	name string
	mode tfprotov6.SchemaNestedBlockNestingMode
}{
	{"single", tfprotov6.SchemaNestedBlockNestingModeSingle},
	{"list", tfprotov6.SchemaNestedBlockNestingModeList},
	{"set", tfprotov6.SchemaNestedBlockNestingModeSet},
	{"map", tfprotov6.SchemaNestedBlockNestingModeMap},
	{"group", tfprotov6.SchemaNestedBlockNestingModeGroup},
}

// Values of any type stand only outside repeated blocks.
func (random generator) block(depth int) (describedBlock, *tfprotov6.SchemaBlock) {
	return random.blockOf(depth, true)
}

func (random generator) blockOf(depth int, dynamic bool) (describedBlock, *tfprotov6.SchemaBlock) {
	described := describedBlock{map[string]json.RawMessage{}, map[string]describedNested{}}
	block := &tfprotov6.SchemaBlock{}
	for number := range random.IntN(4) {
		name, ty := fmt.Sprintf("a%d", number), random.ty(2)
		if dynamic && random.IntN(6) == 0 {
			ty = tftypes.DynamicPseudoType
		}
		text, err := ty.MarshalJSON()
		if err != nil {
			panic(err)
		}
		described.Attributes[name] = text
		block.Attributes = append(block.Attributes, &tfprotov6.SchemaAttribute{Name: name, Type: ty, Optional: true})
	}
	if depth == 0 {
		return described, block
	}
	for number := range random.IntN(4) {
		name, nesting := fmt.Sprintf("b%d", number), nestings[random.IntN(len(nestings))]
		inner := dynamic && (nesting.name == "single" || nesting.name == "group")
		innerDescribed, innerBlock := random.blockOf(depth-1, inner)
		described.Blocks[name] = describedNested{nesting.name, innerDescribed}
		nested := &tfprotov6.SchemaNestedBlock{TypeName: name, Block: innerBlock, Nesting: nesting.mode}
		block.BlockTypes = append(block.BlockTypes, nested)
	}
	return described, block
}

func (random generator) ty(depth int) tftypes.Type {
	scalars := []tftypes.Type{tftypes.Bool, tftypes.Number, tftypes.String}
	if depth == 0 {
		return scalars[random.IntN(3)]
	}
	switch random.IntN(8) {
	case 0:
		return tftypes.List{ElementType: random.ty(depth - 1)}
	case 1:
		return tftypes.Set{ElementType: random.ty(depth - 1)}
	case 2:
		return tftypes.Map{ElementType: random.ty(depth - 1)}
	case 3:
		tuple := tftypes.Tuple{}
		for range random.IntN(4) {
			tuple.ElementTypes = append(tuple.ElementTypes, random.ty(depth-1))
		}
		return tuple
	case 4:
		object := tftypes.Object{AttributeTypes: map[string]tftypes.Type{}}
		for number := range random.IntN(4) {
			object.AttributeTypes[fmt.Sprintf("m%d", number)] = random.ty(depth - 1)
		}
		return object
	default:
		return scalars[random.IntN(3)]
	}
}

func (random generator) value(ty cty.Type) cty.Value {
	switch random.IntN(10) {
	case 0:
		return cty.NullVal(ty)
	case 1:
		return random.unknown(ty)
	}
	some := func(element cty.Type) []cty.Value {
		var values []cty.Value
		for range random.IntN(4) {
			values = append(values, random.value(element))
		}
		return values
	}
	switch {
	case ty == cty.DynamicPseudoType:
		return random.value([]cty.Type{cty.Bool, cty.Number, cty.String, cty.List(cty.String), cty.EmptyObject}[random.IntN(5)])
	case ty == cty.Bool:
		return cty.BoolVal(random.IntN(2) == 0)
	case ty == cty.Number:
		return cty.MustParseNumberVal(random.number())
	case ty == cty.String:
		return cty.StringVal(random.text())
	case ty.IsListType():
		if values := some(ty.ElementType()); len(values) > 0 {
			return cty.ListVal(values)
		}
		return cty.ListValEmpty(ty.ElementType())
	case ty.IsSetType():
		if values := some(ty.ElementType()); len(values) > 0 {
			return cty.SetVal(values)
		}
		return cty.SetValEmpty(ty.ElementType())
	case ty.IsMapType():
		values := map[string]cty.Value{}
		for _, value := range some(ty.ElementType()) {
			values[random.text()] = value
		}
		if len(values) > 0 {
			return cty.MapVal(values)
		}
		return cty.MapValEmpty(ty.ElementType())
	case ty.IsTupleType():
		var values []cty.Value
		for _, element := range ty.TupleElementTypes() {
			values = append(values, random.value(element))
		}
		return cty.TupleVal(values)
	default:
		values := map[string]cty.Value{}
		for name, member := range ty.AttributeTypes() {
			values[name] = random.value(member)
		}
		return cty.ObjectVal(values)
	}
}

func (random generator) unknown(ty cty.Type) cty.Value {
	unknown := cty.UnknownVal(ty)
	if ty == cty.DynamicPseudoType || random.IntN(2) == 0 {
		return unknown
	}
	low, above := random.IntN(50), 1+random.IntN(50)
	refined := unknown.Refine().NotNull()
	switch {
	case ty == cty.String:
		refined = refined.StringPrefixFull(fmt.Sprintf("p%d-", low))
	case ty == cty.Number:
		refined = refined.NumberRangeLowerBound(cty.NumberIntVal(int64(low)), random.IntN(2) == 0)
		refined = refined.NumberRangeUpperBound(cty.NumberIntVal(int64(low+above)), random.IntN(2) == 0)
	case ty.IsCollectionType():
		refined = refined.CollectionLengthLowerBound(1 + low).CollectionLengthUpperBound(1 + low + above)
	}
	return refined.NewValue()
}

func (random generator) number() string {
	switch random.IntN(6) {
	case 0:
		return fmt.Sprint(int64(random.Uint64()))
	case 1:
		return fmt.Sprintf("%d%d", random.Uint64()>>1, random.Uint64())
	case 2:
		return fmt.Sprintf("-%d.%d", random.Uint64()>>40, random.Uint64()>>30)
	case 3:
		return fmt.Sprintf("0.%d", random.IntN(100))
	case 4:
		return fmt.Sprintf("%de%d", random.IntN(1000), random.IntN(60))
	default:
		return fmt.Sprint(random.IntN(300))
	}
}

func (random generator) text() string {
	parts := []string{"a", "B", " ", "é", "e\u0301", "\U0001f600", "\"", "\\", "\n", "\x00", "o\u0308\u0304", "ｱ", "\ufb01"}
	length := random.IntN(6)
	if random.IntN(20) == 0 {
		length = 40 + random.IntN(300)
	}
	text := ""
	for range length {
		text += parts[random.IntN(len(parts))]
	}
	return text
}
