<?php
// Records what php-memcached stores, and what it reads of what this client stores. Usage: php.php PORT OURS FOLDER
[, $port, $ours, $folder] = $argv;
$wire = fsockopen("127.0.0.1", (int) $port);

function stored(string $key): array
{
    global $wire;
    fwrite($wire, "get $key\r\n");
    $head = explode(" ", rtrim(fgets($wire)));
    $data = substr(stream_get_contents($wire, (int) $head[3] + 2), 0, -2);
    fgets($wire);
    return ["flags" => (int) $head[2], "b64" => base64_encode($data)];
}

function put(string $key, int $flags, string $data): void
{
    global $wire;
    fwrite($wire, "set $key $flags 0 " . strlen($data) . "\r\n$data\r\n");
    if (fgets($wire) !== "STORED\r\n") throw new Exception("not stored: $key");
}

function typed(mixed $value): array
{
    if (is_string($value) && strlen($value) > 1000) return ["sha256" => hash("sha256", $value), "of" => "text"];
    if ($value === null) return ["null" => true];
    if (is_bool($value)) return ["bool" => $value];
    if (is_int($value)) return ["int" => (string) $value];
    if (is_float($value)) return ["float" => is_nan($value) ? "nan" : (is_infinite($value) ? ($value > 0 ? "inf" : "-inf") : var_export($value, true))];
    if (is_string($value)) return preg_match("//u", $value) ? ["text" => $value] : ["bytes" => base64_encode($value)];
    if (is_array($value) && array_is_list($value)) return ["list" => array_map("typed", $value)];
    if (is_array($value)) return ["pairs" => array_map(fn($key) => [typed($key), typed($value[$key])], array_keys($value))];
    if ($value instanceof stdClass) {
        $pairs = [];
        foreach (get_object_vars($value) as $key => $part) $pairs[] = [typed((string) $key), typed($part)];
        return ["pairs" => $pairs, "class" => "stdClass"];
    }
    return ["object" => get_class($value)];
}

class Point
{
    public $x = 1;
    protected $y = 2;
}
enum Suit
{
    case Hearts;
}

$shared = "shared";
$reference = [&$shared, &$shared];
$twice = new stdClass();
$scalars = [
    "", "text", "Grüße, 世界 🌍", "a\r\nEND\r\n", "\0", "\xff\xfe\0", "1",
    0, 1, -1, 42, 2 ** 31, 2 ** 53 - 1, 2 ** 53, PHP_INT_MAX, PHP_INT_MIN,
    true, false, 0.0, -0.0, 1.5, 0.1, 3.0, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 1 / 3, INF, -INF, NAN,
];
$containers = [
    null, [], [1, "two", null, true, false, 4.5, -0.0, [6]], ["id" => 7, "tags" => ["a", "b"], "nested" => ["deep" => [null]]],
    [1 => "a", 2 => "b"], [7 => "x", 3 => "y", "k" => "z"], ["" => 1, "__proto__" => 2], ["ü" => "\xff"],
    [INF, -INF, NAN, 1e100, 0.1], (object) ["a" => 1, "b" => [(object) []]], range(1, 30), ["5" => 1, "05" => 2],
];
$objects = [new Point(), new ArrayObject([1]), Suit::Hearts, $reference, [$twice, $twice]];
// Long enough for level 2 of FastLZ, with repetitions that lie far back.
$far = "";
for ($i = 0; strlen($far) < 9000; $i++) $far .= hash("sha256", (string) $i);
$far = substr(str_repeat($far, 8), 0, 70000);
$long = [str_repeat("compressed ", 400), str_repeat("\0", 5000), ["rows" => array_fill(0, 10, str_repeat("a row of some length ", 20))], implode(" ", range(0, 900)), str_repeat("0123456789abcdefghijklmnopqrstuvwxyz", 900), $far];

$number = 0;
$written = [];
function write(array $values, string $how, array $options): void
{
    global $number, $written, $port;
    $client = new Memcached();
    $client->addServer("127.0.0.1", (int) $port);
    $client->setOption(Memcached::OPT_COMPRESSION, false);
    $client->setOptions($options);
    foreach ($values as $value) {
        $key = "php-" . $number++;
        if (!$client->set($key, $value)) throw new Exception($client->getResultMessage());
        $written[] = ["how" => $how, "value" => typed($value)] + stored($key);
    }
}
write([...$scalars, ...$containers], "serializer php", []);
write($objects, "not plain data", []);
// What JSON cannot hold, PHP cuts off or changes.
unset($containers[7], $containers[8]);
write($containers, "serializer json", [Memcached::OPT_SERIALIZER => Memcached::SERIALIZER_JSON]);
write([[1, 2]], "serializer igbinary", [Memcached::OPT_SERIALIZER => Memcached::SERIALIZER_IGBINARY]);
write([[1, 2]], "serializer msgpack", [Memcached::OPT_SERIALIZER => Memcached::SERIALIZER_MSGPACK]);
write(["text", 7], "user flags 513", [Memcached::OPT_USER_FLAGS => 513]);
foreach (["zlib", "fastlz"] as $type) {
    write($long, "compression $type", [
        Memcached::OPT_COMPRESSION => true,
        Memcached::OPT_COMPRESSION_TYPE => constant("Memcached::COMPRESSION_" . strtoupper($type)),
    ]);
}

$client = new Memcached();
$client->addServer("127.0.0.1", (int) $port);
$read = [];
foreach (json_decode(file_get_contents($ours), true)["php"] as $index => $item) {
    put("ours-php-$index", $item["flags"], base64_decode($item["b64"]));
    $value = $client->get("ours-php-$index");
    if ($client->getResultCode() !== Memcached::RES_SUCCESS) throw new Exception($client->getResultMessage());
    $read[] = $item + ["value" => typed($value)];
}
$by = "php-memcached " . phpversion("memcached") . ", PHP " . PHP_MAJOR_VERSION . "." . PHP_MINOR_VERSION;
file_put_contents("$folder/php.jsonl", json_encode(["by" => $by, "written" => $written, "read" => $read], JSON_UNESCAPED_SLASHES));
