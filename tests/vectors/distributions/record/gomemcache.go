// Asks gomemcache which server it chooses.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/bradfitz/gomemcache/memcache"
)

const indexes = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

type server struct {
	Host   string
	Port   int
	Weight int
}

func main() {
	folder := os.Args[1]
	text, _ := os.ReadFile(folder + "/keys.txt")
	keys := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	var lists [][]server
	text, _ = os.ReadFile(folder + "/lists.json")
	if err := json.Unmarshal(text, &lists); err != nil {
		panic(err)
	}
	for list, servers := range lists {
		// It looks names up, and says to give a server several times for more weight.
		var names []string
		index := map[string]byte{}
		for i, server := range servers {
			name := fmt.Sprintf("%s:%d", server.Host, server.Port)
			index[name] = indexes[i]
			for n := 0; n < server.Weight; n++ {
				names = append(names, name)
			}
		}
		selector := new(memcache.ServerList)
		if strings.HasPrefix(names[0], "cache-") || strings.HasPrefix(names[0], "/") || selector.SetServers(names...) != nil {
			continue
		}
		owners := make([]byte, len(keys))
		for i, key := range keys {
			address, err := selector.PickServer(key)
			if err != nil {
				panic(err)
			}
			owners[i] = index[address.String()]
		}
		fmt.Printf("{\"by\": \"gomemcache 20141109\", \"distribution\": \"modulo\", \"hash\": \"crc32\", \"list\": %d, \"owners\": \"%s\"}\n", list, owners)
	}
}
