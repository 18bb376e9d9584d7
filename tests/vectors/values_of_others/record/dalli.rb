# Records what dalli stores, and what it reads of what this client stores. Usage: dalli.rb PORT OURS FOLDER
require "base64"
require "dalli"
require "digest"
require "json"
require "socket"

port, ours, folder = ARGV
WIRE = TCPSocket.new("127.0.0.1", port.to_i)

def stored(key)
  WIRE.write("get #{key}\r\n")
  head = WIRE.gets.split
  data = WIRE.read(head[3].to_i + 2)[0...-2]
  WIRE.gets
  { flags: head[2].to_i, b64: Base64.strict_encode64(data) }
end

def put(key, flags, data)
  WIRE.write("set #{key} #{flags} 0 #{data.bytesize}\r\n".b + data + "\r\n")
  raise key unless WIRE.gets == "STORED\r\n"
end

def typed(value)
  case value
  when nil then { null: true }
  when true, false then { bool: value }
  when Integer then { int: value.to_s }
  when Float then { float: value.to_s }
  when String
    return { sha256: Digest::SHA256.hexdigest(value), of: "text" } if value.bytesize > 1000

    text = value.dup.force_encoding("UTF-8")
    text.valid_encoding? ? { text: text } : { bytes: Base64.strict_encode64(value) }
  when Array then { list: value.map { |part| typed(part) } }
  when Hash then { pairs: value.map { |key, part| [typed(key), typed(part)] } }
  else { object: value.class.name }
  end
end

raw = ["", "text", "Grüße, 世界 🌍", "a\r\nEND\r\n", "\xff\xfe\0".b, "1", 42, 1.5, true]
json = ["", "text", "Grüße, 世界 🌍", 0, -1, 42, 2**53, 2**64, true, false, nil, 0.0, -0.0, 1.5, 0.1, 1e21, [],
        [1, "two", nil, true, 4.5, [6]], {}, { "id" => 7, "tags" => %w[a b], "nested" => { "deep" => [nil] } }]
long = ["compressed " * 400, { "rows" => ["a row of some length " * 20] * 10 }]

written = []
write = lambda do |values, how, options, call|
  client = Dalli::Client.new("127.0.0.1:#{port}", options)
  values.each do |value|
    key = "dalli-#{written.length}"
    raise key unless client.set(key, value, nil, call)
    written << { how: how, value: typed(value) }.merge(stored(key))
  end
end
write.call(raw, "raw", {}, { raw: true })
write.call(json, "serializer JSON", { serializer: JSON }, nil)
write.call([1, "text", { a: 1 }], "Marshal", {}, nil)
write.call(long, "serializer JSON", { serializer: JSON }, nil)
write.call(long.first(1), "raw", {}, { raw: true })

client = Dalli::Client.new("127.0.0.1:#{port}", serializer: JSON)
read = JSON.parse(File.read(ours))["dalli"].each_with_index.map do |item, index|
  put("ours-dalli-#{index}", item["flags"], Base64.decode64(item["b64"]))
  item.merge(value: typed(client.get("ours-dalli-#{index}")))
end
File.write("#{folder}/dalli.jsonl", JSON.generate({ by: "dalli #{Dalli::VERSION}", written: written, read: read }))
