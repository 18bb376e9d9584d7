<?php
// Asks php-memcached which server it chooses. It needs no server that runs.

const INDEXES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
$folder = $argv[1];
$keys = explode("\n", rtrim(file_get_contents("$folder/keys.txt"), "\n"));
$lists = json_decode(file_get_contents("$folder/lists.json"), true);
$by = "php-memcached " . phpversion("memcached");

// It gives a Unix socket another port than it was given.
function place(array $server): string
{
    return $server["host"] . ($server["host"][0] === "/" ? "" : ":{$server["port"]}");
}

function tell(array $about, int $number, array $servers, array $options): void
{
    global $keys, $by;
    $client = new Memcached();
    $client->setOptions($options);
    $indexes = [];
    foreach ($servers as $index => $server) {
        $client->addServer($server["host"], $server["port"], $server["weight"]);
        $indexes[place($server)] = INDEXES[$index];
    }
    $owners = "";
    foreach ($keys as $key) {
        $owner = $client->getServerByKey($key);
        if ($owner === false) throw new Exception($client->getResultMessage() . ": $key");
        $owners .= $indexes[place($owner)];
    }
    echo json_encode(["by" => $by] + $about + ["list" => $number, "owners" => $owners]), "\n";
}

foreach ($lists as $number => $servers) {
    $weighted = array_filter($servers, fn($server) => $server["weight"] !== 1) !== [];
    tell(["preset" => "php", "distribution" => "ketama_weighted"], $number, $servers, [
        Memcached::OPT_LIBKETAMA_COMPATIBLE => true,
    ]);
    if (!$weighted) tell(["preset" => "php", "distribution" => "modulo"], $number, $servers, []);
}
