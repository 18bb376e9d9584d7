#!/bin/sh
# Records the values of all originals anew. On Debian 12 as root; the packages of npm are installed outside of this
# repository:
#   apt-get install memcached php-cli php-memcached ruby ruby-dalli python3-pymemcache python3-pylibmc python3-django
#   npm install --prefix FOLDER memcached@2.2.2 memjs@1.3.2
# Usage: record.sh FOLDER PORT, with node_modules in the folder, for what is between, and a memcached on that port.
set -e
cd "$(dirname "$0")"
export PYTHONDONTWRITEBYTECODE=1
deno run ours.ts > "$1/ours.json"
/usr/bin/python3 python.py "$2" "$1/ours.json" "$1"
php php.php "$2" "$1/ours.json" "$1"
ruby dalli.rb "$2" "$1/ours.json" "$1"
NODE_PATH="$1/node_modules" node npm.cjs "$2" "$1/ours.json" "$1"
/usr/bin/python3 pack.py "$1" ..
