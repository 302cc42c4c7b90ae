#include "edge_cause_own.h"

/* What a CA meets when it looks at a name. */
static const edge_cause_row_t rows[] = {
    {EDGE_CAUSE_CONNECTION_REFUSED,
     "connection-refused",
     {{"Nothing listens on port 80 at the address that the CA asked.",
       "Let httpd listen there (Listen 80), and check that every "
       "address of the name in the DNS leads to this server and that no "
       "firewall refuses port 80."},
      {"認証局が接続したアドレスのポート 80 では、何も待ち受けていません。",
       "httpd にポート 80 で待ち受けさせ (Listen 80)、DNS にあるこの名前"
       "のアドレスがすべてこのサーバーを指すこと、ファイアウォールがポー"
       "ト 80 を拒んでいないことを確かめてください。"}}},
    {EDGE_CAUSE_CONNECT_TIMEOUT,
     "connect-timeout",
     {{"Nobody answered the CA on port 80: mostly a firewall drops its "
       "packets, or the address is of no server that runs.",
       "Open port 80 to all of the Internet in every firewall on the "
       "way, and check that every address of the name in the DNS is "
       "this server's."},
      {"ポート 80 で認証局に応えるものがありませんでした。多くの場合、フ"
       "ァイアウォールがパケットを捨てているか、そのアドレスで動いている"
       "サーバーがありません。",
       "途中にあるすべてのファイアウォールでポート 80 をインターネット全"
       "体に開け、DNS にあるこの名前のアドレスがすべてこのサーバーのもの"
       "であることを確かめてください。"}}},
    {EDGE_CAUSE_UNREACHABLE,
     "unreachable",
     {{"No way through the network leads from the CA to the address of "
       "the name.",
       "Correct the A and AAAA records of the name: each must be a "
       "public address that leads to this server."},
      {"認証局からこの名前のアドレスまで、ネットワークの経路がありません。",
       "この名前の A レコードと AAAA レコードを直してください。どれも、"
       "このサーバーに届く公開アドレスでなければなりません。"}}},
    {EDGE_CAUSE_CONNECTION_RESET,
     "connection-reset",
     {{"The connection of the CA was cut off before it had an answer.",
       "Look for a firewall, a load balancer or a filter before this "
       "server that ends connections to port 80, and in httpd's log for "
       "a child that died."},
      {"認証局の接続は、応答を受け取る前に切られました。",
       "このサーバーの手前でポート 80 への接続を切るファイアウォール、負"
       "荷分散装置、フィルターがないか、また httpd のログに異常終了した"
       "子プロセスがないかを調べてください。"}}},
    {EDGE_CAUSE_ANSWER_TIMEOUT,
     "answer-timeout",
     {{"Whoever took the connection of the CA gave no answer in time.",
       "See whether httpd has workers to spare (MaxRequestWorkers), and "
       "whether a proxy or load balancer before it waits for a server "
       "that is down."},
      {"認証局の接続は受け付けられましたが、時間内に応答がありませんでし"
       "た。",
       "httpd のワーカーに余裕があるか (MaxRequestWorkers)、手前のプロキ"
       "シや負荷分散装置が止まっているサーバーを待っていないかを調べてく"
       "ださい。"}}},
    {EDGE_CAUSE_NOT_HTTP,
     "not-http",
     {{"What answers on port 80 does not speak plain HTTP/1.1.",
       "Let port 80 of the name lead to a virtual host of this server "
       "without SSLEngine on, and not to a port where TLS or another "
       "protocol is spoken."},
      {"ポート 80 で応答したものは、平文の HTTP/1.1 を話していません。",
       "この名前のポート 80 を、このサーバーの SSLEngine on のないバーチ"
       "ャルホストにつないでください。TLS やほかのプロトコルのポートにつ"
       "ないではいけません。"}}},
    {EDGE_CAUSE_CONNECTION,
     "connection",
     {{"The CA could not connect to the name on port 80.",
       "Check that every address of the name in the DNS, IPv6 too, "
       "leads to this server and that no firewall closes port 80."},
      {"認証局は、この名前のポート 80 に接続できませんでした。",
       "DNS にあるこの名前のアドレスが、IPv6 も含めてすべてこのサーバー"
       "を指すこと、ファイアウォールがポート 80 を閉じていないことを確か"
       "めてください。"}}},
    {EDGE_CAUSE_SECONDARY,
     "secondary",
     {{"The CA looks from several places in the Internet, and did not "
       "get the answer at all of them.",
       "Let everybody reach port 80: no firewall may close it to single "
       "countries, networks or cloud providers, or take several "
       "requests at once for an attack; and all name servers must give "
       "the same answers everywhere."},
      {"認証局はインターネットの複数の場所から確かめますが、その一部では"
       "応答を得られませんでした。",
       "ポート 80 を誰からも届くようにしてください。ファイアウォールが特"
       "定の国、ネットワーク、クラウド事業者を閉め出したり、同時の要求を"
       "攻撃とみなしたりしてはいけません。また、すべてのネームサーバーが"
       "どこでも同じ答えを返す必要があります。"}}},
    {EDGE_CAUSE_IPV6,
     "ipv6",
     {{"The CA asked an IPv6 address of the name, and did not find this "
       "server's answer there.",
       "Correct or remove the AAAA record of the name; where the "
       "address is this server's, let httpd listen there too (Listen "
       "[::]:80) and open port 80 for IPv6."},
      {"認証局はこの名前の IPv6 アドレスに尋ねましたが、そこにはこのサー"
       "バーの応答がありませんでした。",
       "この名前の AAAA レコードを直すか削除してください。このサーバーの"
       "アドレスであれば、httpd にそこでも待ち受けさせ (Listen [::]:80)、"
       "IPv6 でもポート 80 を開けてください。"}}},
    {EDGE_CAUSE_WRONG_ANSWER,
     "wrong-answer",
     {{"The CA got another answer than the challenge's.",
       "Check that every address of the name in the DNS leads to this "
       "server and not to another one or to a proxy that answers itself."},
      {"認証局が受け取ったのは、チャレンジへの応答とは別のものでした。",
       "DNS にあるこの名前のアドレスがすべてこのサーバーを指し、別のサー"
       "バーや、自分で応答するプロキシを指していないことを確かめてくださ"
       "い。"}}},
    {EDGE_CAUSE_ANSWER_403,
     "answer-403",
     {{"Somebody refused the CA access to the path of the challenge "
       "(403).",
       "This server answers there before its access rules, so it is "
       "another server, a proxy or a web application firewall: let it "
       "pass /.well-known/acme-challenge/ on to this server."},
      {"チャレンジのパスへのアクセスが、認証局に対して拒まれました (403)。",
       "このサーバーはアクセス規則より先に応答するので、拒んだのは別のサ"
       "ーバー、プロキシ、または WAF です。そこで "
       "/.well-known/acme-challenge/ をこのサーバーへ通してください。"}}},
    {EDGE_CAUSE_ANSWER_404,
     "answer-404",
     {{"The server that the CA asked does not know the challenge (404).",
       "Check that every address of the name in the DNS leads to this "
       "server, that a proxy before it passes "
       "/.well-known/acme-challenge/ on, and that servers behind one "
       "load balancer share one ACMEChallengeStore."},
      {"認証局が尋ねたサーバーは、このチャレンジを知りません (404)。",
       "DNS にあるこの名前のアドレスがすべてこのサーバーを指すこと、手前"
       "のプロキシが /.well-known/acme-challenge/ を通すこと、同じ負荷分"
       "散装置の下のサーバーが 1 つの ACMEChallengeStore を共有している"
       "ことを確かめてください。"}}},
    {EDGE_CAUSE_ANSWER_5XX,
     "answer-5xx",
     {{"The server that the CA asked has a fault of its own (5xx).",
       "See whether a proxy or load balancer before this server reaches "
       "it on port 80, and what its log says. Let several servers of one "
       "name share one ACMEChallengeStore: while it has no certificate, "
       "one answers 503 to the challenge of another."},
      {"認証局が尋ねたサーバーの側で障害が起きています (5xx)。",
       "手前のプロキシや負荷分散装置がこのサーバーのポート 80 に届いてい"
       "るか、そのログに何が書かれているかを調べてください。1 つの名前に"
       "複数のサーバーがあるときは、1 つの ACMEChallengeStore を共有させ"
       "てください。証明書がまだないサーバーは、他のサーバーのチャレンジ"
       "に 503 を返します。"}}},
    {EDGE_CAUSE_ANSWER_STATUS,
     "answer-status",
     {{"The server that the CA asked answered the path of the challenge "
       "with a status that is no answer.",
       "Check that every address of the name in the DNS leads to this "
       "server, and that what stands before it passes "
       "/.well-known/acme-challenge/ on as it is."},
      {"認証局が尋ねたサーバーは、チャレンジのパスに、応答にならない状態"
       "コードを返しました。",
       "DNS にあるこの名前のアドレスがすべてこのサーバーを指すこと、手前"
       "にあるものが /.well-known/acme-challenge/ をそのまま通すことを確"
       "かめてください。"}}},
    {EDGE_CAUSE_REDIRECT_PORT,
     "redirect-port",
     {{"A redirect led the CA to another port than 80 and 443, which it "
       "does not follow.",
       "Take the port out of the redirect's target, or exempt "
       "/.well-known/acme-challenge/ from the redirect on the server or "
       "proxy that makes it: this server answers before any redirect of "
       "its own."},
      {"リダイレクトの先が 80 と 443 以外のポートで、認証局はそれに従い"
       "ません。",
       "リダイレクト先からポート番号を取り除くか、リダイレクトするサーバ"
       "ーやプロキシで、/.well-known/acme-challenge/ を対象から外してく"
       "ださい。このサーバー自身は、どのリダイレクトよりも先に応答します。"}}},
    {EDGE_CAUSE_REDIRECT_HOST,
     "redirect-host",
     {{"A redirect led the CA to another host, which has not the answer "
       "of this server.",
       "Exempt /.well-known/acme-challenge/ from the redirect on the "
       "server or proxy that makes it: this server answers before any "
       "redirect of its own."},
      {"認証局はリダイレクトで別のホストへ送られ、そこにはこのサーバーの"
       "応答がありませんでした。",
       "リダイレクトするサーバーやプロキシで、"
       "/.well-known/acme-challenge/ を対象から外してください。このサー"
       "バー自身は、どのリダイレクトよりも先に応答します。"}}},
    {EDGE_CAUSE_REDIRECT_TARGET,
     "redirect-target",
     {{"A redirect led the CA to an address that it cannot ask.",
       "Correct the redirect's target, where mostly a slash is missing "
       "behind the host name, or exempt /.well-known/acme-challenge/ "
       "from the redirect on the server or proxy that makes it: this "
       "server answers before any redirect of its own."},
      {"リダイレクトの先が、認証局には尋ねられないアドレスでした。",
       "リダイレクト先を直すか (多くはホスト名の後のスラッシュの書き忘れ"
       "です)、リダイレクトするサーバーやプロキシで、"
       "/.well-known/acme-challenge/ を対象から外してください。このサー"
       "バー自身は、どのリダイレクトよりも先に応答します。"}}},
    {EDGE_CAUSE_REDIRECT_LOOP,
     "redirect-loop",
     {{"The redirects that the CA followed lead in a circle, or are too "
       "many.",
       "Exempt /.well-known/acme-challenge/ from the redirect on the "
       "server or proxy that makes it: this server answers before any "
       "redirect of its own."},
      {"認証局がたどったリダイレクトは、循環しているか、多すぎます。",
       "リダイレクトするサーバーやプロキシで、"
       "/.well-known/acme-challenge/ を対象から外してください。このサー"
       "バー自身は、どのリダイレクトよりも先に応答します。"}}},
    {EDGE_CAUSE_TLS,
     "tls",
     {{"The CA met a TLS error while it looked at the name.",
       "Check where port 80 of the name redirects to, and that TLS "
       "works there."},
      {"認証局は、この名前を確かめる途中で TLS のエラーに遭いました。",
       "この名前のポート 80 がどこへリダイレクトされるか、そこで TLS が"
       "正しく働くかを確かめてください。"}}},
    {EDGE_CAUSE_UNAUTHORIZED,
     "unauthorized",
     {{"The CA was not convinced that this server is in charge of the "
       "name, or does not let this account do it.",
       "Check that every address of the name in the DNS leads to this "
       "server, and that the challenge path is not answered elsewhere."},
      {"認証局は、このサーバーがこの名前を管理していると認めなかったか、"
       "このアカウントにそれを許していません。",
       "DNS にあるこの名前のアドレスがすべてこのサーバーを指すこと、チャ"
       "レンジのパスにほかのものが応答していないことを確かめてください。"}}},
    {EDGE_CAUSE_NAME_UNKNOWN,
     "name-unknown",
     {{"The name is not in the DNS (NXDOMAIN).",
       "Enter A or AAAA records with the addresses of this server, or "
       "remove the name from the certificate; it may take an hour until "
       "a new record is seen everywhere."},
      {"この名前は DNS にありません (NXDOMAIN)。",
       "このサーバーのアドレスで A レコードか AAAA レコードを登録するか、"
       "この名前を証明書から外してください。新しいレコードがどこからも見"
       "えるまで、1 時間ほどかかることがあります。"}}},
    {EDGE_CAUSE_NO_ADDRESS,
     "no-address",
     {{"The name is in the DNS, but has no address there.",
       "Enter an A or AAAA record with an address of this server, or "
       "remove the name from the certificate."},
      {"この名前は DNS にありますが、アドレスがありません。",
       "このサーバーのアドレスで A レコードか AAAA レコードを登録するか、"
       "この名前を証明書から外してください。"}}},
    {EDGE_CAUSE_DNS_FAILURE,
     "dns-failure",
     {{"The name servers of the domain failed when the CA asked them.",
       "See that all name servers of the domain work and have its zone, "
       "and that its DNSSEC signatures are valid."},
      {"認証局が尋ねたとき、このドメインのネームサーバーが失敗しました。",
       "このドメインのすべてのネームサーバーが働いてゾーンを持っているこ"
       "と、DNSSEC の署名が有効であることを確かめてください。"}}},
    {EDGE_CAUSE_DNS_TIMEOUT,
     "dns-timeout",
     {{"The name servers of the domain did not answer the CA in time.",
       "See that all name servers that the domain names run and can be "
       "reached from everywhere, by UDP and by TCP."},
      {"このドメインのネームサーバーは、時間内に認証局に答えませんでした。",
       "このドメインのすべてのネームサーバーが動いていて、どこからでも "
       "UDP と TCP で届くことを確かめてください。"}}},
    {EDGE_CAUSE_DNSSEC,
     "dnssec",
     {{"The DNSSEC signatures of the domain do not verify.",
       "Sign the zone anew, or correct the DS record at the registrar."},
      {"このドメインの DNSSEC の署名を検証できません。",
       "ゾーンに署名し直すか、レジストラーで DS レコードを直してください。"}}},
    {EDGE_CAUSE_DNS,
     "dns",
     {{"The CA could not look up the name in the DNS.",
       "Check the name's A, AAAA and CAA records and that all its name "
       "servers answer."},
      {"認証局は、DNS でこの名前を調べられませんでした。",
       "この名前の A、AAAA、CAA レコードと、すべてのネームサーバーが答え"
       "ることを確かめてください。"}}},
    {EDGE_CAUSE_CAA_LOOKUP,
     "caa-lookup",
     {{"The CA could not learn whether CAA records let it issue for the "
       "name.",
       "The name servers of the domain, and of those above it, must "
       "answer questions for CAA records too, also where there are none."},
      {"認証局は、CAA レコードが発行を許しているかどうかを知ることができ"
       "ませんでした。",
       "このドメインと上位のドメインのネームサーバーは、CAA レコードの問"
       "い合わせにも、レコードがない場合も含めて答えなければなりません。"}}},
    {EDGE_CAUSE_CAA,
     "caa",
     {{"A CAA record in the DNS forbids this CA to issue for the name.",
       "Add this CA to the CAA records of the name or of the domain "
       "above it."},
      {"DNS の CAA レコードが、この認証局による発行を禁じています。",
       "この名前または上位のドメインの CAA レコードに、この認証局を加え"
       "てください。"}}},
};

const edge_cause_section_t edge_cause_at_name = {rows, sizeof(rows) /
                                                           sizeof(rows[0])};
