# Asks dalli which server it chooses, and which ones when those before do not answer.

require "json"
require "dalli"

INDEXES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
folder = ARGV[0]
keys = File.read("#{folder}/keys.txt", encoding: "UTF-8").split("\n")
lists = JSON.parse(File.read("#{folder}/lists.json"))
by = "dalli #{Dalli::VERSION}"

# A server that only says whether it is alive.
Server = Struct.new(:name, :weight, :index, :alive) do
  def alive?
    alive
  end
end

lists.each_with_index do |list, number|
  # The names are dalli's own.
  servers = list.each_with_index.map do |server, index|
    port = server["host"].start_with?("/") ? [] : [server["port"]]
    real = Dalli::Protocol::Binary.new([server["host"], *port, server["weight"]].join(":"), {})
    Server.new(real.name, real.weight, index, true)
  end
  ring = Dalli::Ring.new(servers, threadsafe: false)
  ask = ->(key) { ring.server_from_continuum(key)&.index }
  owners = keys.map { |key| INDEXES[ask.(key)] }.join
  puts JSON.generate(by: by, distribution: "dalli", list: number, owners: owners)
  next if list.length < 3

  # Each key's owner is dead, and then the one that stood in for it as well.
  second = []
  third = []
  keys.each do |key|
    dead = [ask.(key)]
    servers[dead[0]].alive = false
    dead << ask.(key)
    servers[dead[1]].alive = false if dead[1]
    third << (dead[1] && ask.(key))
    second << dead[1]
    dead.compact.each { |index| servers[index].alive = true }
  end
  shown = ->(found) { found.map { |index| index.nil? ? "-" : INDEXES[index] }.join }
  puts JSON.generate(by: by, distribution: "dalli", list: number, place: 1, owners: shown.(second))
  puts JSON.generate(by: by, distribution: "dalli", list: number, place: 2, owners: shown.(third))
end
