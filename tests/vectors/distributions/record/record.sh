#!/bin/sh
# Records the facts of all originals anew. On Debian 12 as root; npm's hashring is installed outside of this repository:
#   apt-get install libmemcached11 php-cli php-memcached ruby ruby-dalli python3-pymemcache nutcracker \
#     golang-go golang-github-bradfitz-gomemcache-dev openjdk-17-jdk-headless libspymemcached-java \
#     libcache-memcached-fast-perl
#   npm install --prefix FOLDER memcached@2.2.2 hashring@3.2.0
# Usage: record.sh FOLDER, with node_modules in it, for what is between.
set -e
cd "$(dirname "$0")"
export PYTHONDONTWRITEBYTECODE=1
/usr/bin/python3 lists.py "$1"
for original in libmemcached rendezvous twemproxy; do
  /usr/bin/python3 "$original.py" "$1" > "$1/$original.jsonl"
done
sh at_all_addresses.sh /usr/bin/python3 cache_memcached_fast.py "$1" > "$1/cache_memcached_fast.jsonl"
php php.php "$1" > "$1/php.jsonl"
ruby dalli.rb "$1" > "$1/dalli.jsonl"
NODE_PATH="$1/node_modules" node hashring.cjs "$1" > "$1/hashring.jsonl"
java -cp /usr/share/java/spymemcached.jar Spymemcached.java "$1" > "$1/spymemcached.jsonl"
GO111MODULE=off GOPATH=/usr/share/gocode go run gomemcache.go "$1" > "$1/gomemcache.jsonl"
/usr/bin/python3 pack.py "$1" ..
