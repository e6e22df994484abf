// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// The crate's codec in a process of its own: a line in, a line out.
type filter struct {
	command *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
}

type request struct {
	Ask     string          `json:"ask"`
	Seed    uint64          `json:"seed"`
	Type    json.RawMessage `json:"type,omitempty"`
	Block   any             `json:"block,omitempty"`
	Msgpack []byte          `json:"msgpack,omitempty"`
	Left    []byte          `json:"left,omitempty"`
	Right   []byte          `json:"right,omitempty"`
	// Without what is promised of unknown values.
	Unrefined bool `json:"unrefined"`
}

type answer struct {
	Error   string          `json:"error"`
	Type    json.RawMessage `json:"type"`
	Msgpack []byte          `json:"msgpack"`
	Same    bool            `json:"same"`
	Left    string          `json:"left"`
	Right   string          `json:"right"`
}

func start(path string) (*filter, error) {
	command := exec.Command(path)
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("%w: build it with `cargo build -p tf-plugin --example codec`", err)
	}
	return &filter{command, in, bufio.NewReader(out)}, nil
}

func (theirs *filter) ask(asked request) answer {
	line, err := json.Marshal(asked)
	if err != nil {
		return answer{Error: err.Error()}
	}
	if _, err := theirs.in.Write(append(line, '\n')); err != nil {
		return answer{Error: err.Error()}
	}
	line, err = theirs.out.ReadBytes('\n')
	if err != nil {
		return answer{Error: "the codec ended: " + err.Error()}
	}
	var answered answer
	if err := json.Unmarshal(line, &answered); err != nil {
		return answer{Error: err.Error()}
	}
	return answered
}

func (theirs *filter) stop() {
	theirs.in.Close()
	theirs.command.Wait()
}
