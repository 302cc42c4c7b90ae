#include "edge_cause_own.h"

/* What this server meets itself. */
static const edge_cause_row_t rows[] = {
    {EDGE_CAUSE_CA_REFUSED,
     "ca-refused",
     {{"Nobody took the connection at the CA's address.",
       "It is tried again; where it lasts, let this server out to "
       "ACMEProvider through the firewall, or write ACMEProxy; the CA's "
       "status page tells whether it is down."},
      {"認証局のアドレスで、接続を受け付けるものがありませんでした。",
       "後でまた試みます。長く続くなら、このサーバーから ACMEProvider へ"
       "の接続をファイアウォールで許すか、ACMEProxy を書いてください。認"
       "証局が止まっているかどうかは、その稼働状況のページでわかります。"}}},
    {EDGE_CAUSE_CA_TIMEOUT,
     "ca-timeout",
     {{"The CA did not answer in time.",
       "It is tried again; where it lasts, let this server out to "
       "ACMEProvider through the firewall, or write ACMEProxy; the CA's "
       "status page tells whether it is down."},
      {"認証局は、時間内に答えませんでした。",
       "後でまた試みます。長く続くなら、このサーバーから ACMEProvider へ"
       "の接続をファイアウォールで許すか、ACMEProxy を書いてください。認"
       "証局が止まっているかどうかは、その稼働状況のページでわかります。"}}},
    {EDGE_CAUSE_CA_NAME,
     "ca-name",
     {{"The host name of the CA cannot be looked up.",
       "See that the name servers that this server asks work, and that "
       "ACMEProvider is written right."},
      {"認証局のホスト名を調べられません。",
       "このサーバーが使うネームサーバーが働いていること、ACMEProvider "
       "が正しく書かれていることを確かめてください。"}}},
    {EDGE_CAUSE_CA_UNREACHABLE,
     "ca-unreachable",
     {{"No usable answer came from the CA.",
       "It is tried again; where it lasts, check the network, ACMEProxy "
       "and ACMEProvider, and the CA's status page."},
      {"認証局から、使える答えが来ませんでした。",
       "後でまた試みます。長く続くなら、ネットワーク、ACMEProxy、"
       "ACMEProvider、認証局の稼働状況のページを確かめてください。"}}},
    {EDGE_CAUSE_CA_UNTRUSTED,
     "ca-untrusted",
     {{"The HTTPS certificate of the CA's server is not trusted, or is "
       "another host's.",
       "Check ACMEProvider, and that nothing on the way breaks TLS "
       "open; for a CA whose HTTPS root the system does not know, "
       "ACMETrustFile names a PEM file with it."},
      {"認証局のサーバーの HTTPS 証明書を信頼できないか、別のホストのも"
       "のです。",
       "ACMEProvider と、途中で TLS を解くものがないことを確かめてくださ"
       "い。認証局の HTTPS のルート証明書をシステムが知らない場合は、"
       "ACMETrustFile にその PEM ファイルを書いてください。"}}},
    {EDGE_CAUSE_CA_ODD,
     "ca-odd",
     {{"What answered at the CA's address does not keep the rules of "
       "ACME.",
       "Check that ACMEProvider names an ACME directory and that "
       "nothing on the way answers in its place; where it does, the CA "
       "breaks RFC 8555: tell it, or choose another one."},
      {"認証局のアドレスで答えたものは、ACME の決まりを守っていません。",
       "ACMEProvider が ACME のディレクトリーを指すこと、途中のものが代"
       "わりに答えていないことを確かめてください。そのとおりであれば、認"
       "証局が RFC 8555 に反しています。認証局に知らせるか、ほかを選んで"
       "ください。"}}},
    {EDGE_CAUSE_TRUST_FILE,
     "trust-file",
     {{"The trusted roots for the CA's HTTPS cannot be read.",
       "Let ACMETrustFile name a PEM file that the server's user can "
       "read."},
      {"認証局の HTTPS に使う信頼済みルート証明書を読めません。",
       "ACMETrustFile に、サーバーのユーザーが読める PEM ファイルを書い"
       "てください。"}}},
    {EDGE_CAUSE_CLOCK,
     "clock",
     {{"By this server's clock a certificate of the CA is not valid "
       "yet, or has expired: mostly the clock is wrong.",
       "Set the clock and let it be kept right, by NTP for one; where "
       "it is right, tell the CA."},
      {"このサーバーの時計では、認証局の証明書がまだ有効でないか、期限切"
       "れです。多くの場合、時計が狂っています。",
       "時計を合わせ、NTP などで正しく保ってください。時計が正しければ、"
       "認証局に知らせてください。"}}},
    {EDGE_CAUSE_CHALLENGE_STORE,
     "challenge-store",
     {{"The answer to the challenge could not be put where all of httpd "
       "finds it, so the CA was not asked to look.",
       "See that the server of ACMEChallengeStore runs and has room; "
       "for shmcb a larger size helps."},
      {"チャレンジへの応答を httpd 全体から見えるところに置けなかったた"
       "め、認証局に確認を頼みませんでした。",
       "ACMEChallengeStore のサーバーが動いていて、空きがあることを確か"
       "めてください。shmcb なら、大きさを増やしてください。"}}},
    {EDGE_CAUSE_CHALLENGE_STORE_PASSWORD,
     "challenge-store-password",
     {{"The Redis of ACMEChallengeStore wants a password, which httpd's "
       "provider cannot give; the CA was not asked to look.",
       "Give the peers a Redis of their own without one, bound to an "
       "address that they alone reach, or a memcached."},
      {"ACMEChallengeStore の Redis はパスワードを求めますが、httpd のプロ"
       "バイダーはそれを送れません。認証局に確認を頼みませんでした。",
       "パスワードのない専用の Redis を、サーバー群だけが届くアドレスに用"
       "意するか、memcached を使ってください。"}}},
    {EDGE_CAUSE_PROBE_PEER,
     "probe-peer",
     {{"A server of ACMEClusterPeers does not answer the challenge, and the "
       "CA may look there.",
       "See that httpd runs there with this module and the same "
       "ACMEChallengeStore, and that this server reaches it; take one that "
       "is gone out of ACMEClusterPeers and out of the DNS."},
      {"ACMEClusterPeers のサーバーのひとつがチャレンジに応答しません。認"
       "証局はそこを見るかもしれません。",
       "そこで httpd がこのモジュールと同じ ACMEChallengeStore で動いてい"
       "ること、このサーバーから届くことを確かめてください。なくなったサー"
       "バーは、ACMEClusterPeers と DNS から外してください。"}}},
    {EDGE_CAUSE_PROBE_ADDRESS,
     "probe-address",
     {{"An address that the name has does not answer the challenge, and the "
       "CA may look there.",
       "Let port 80 of that address lead to a server that answers, with the "
       "same ACMEChallengeStore where there are several, or take the "
       "address out of the DNS; where only this server cannot reach it, "
       "write ACMEProbe off."},
      {"この名前のアドレスのひとつがチャレンジに応答しません。認証局はそこ"
       "を見るかもしれません。",
       "そのアドレスのポート 80 を、応答するサーバーにつないでください。"
       "サーバーが複数あれば、同じ ACMEChallengeStore が必要です。または、"
       "そのアドレスを DNS から外してください。このサーバーからだけ届かな"
       "い場合は、ACMEProbe off と書いてください。"}}},
    {EDGE_CAUSE_PROBE_LOOKUP,
     "probe-lookup",
     {{"The name servers that this server asks tell no address of the name.",
       "Enter A or AAAA records with the addresses of this server, or remove "
       "the name from the certificate; where only this server cannot look it "
       "up, mend /etc/resolv.conf, or write ACMEProbe off."},
      {"このサーバーが使うネームサーバーは、この名前のアドレスを答えません。",
       "このサーバーのアドレスで A レコードか AAAA レコードを登録するか、"
       "この名前を証明書から外してください。このサーバーからだけ調べられな"
       "い場合は、/etc/resolv.conf を直すか、ACMEProbe off と書いてくださ"
       "い。"}}},
    {EDGE_CAUSE_CHALLENGE_PORT,
     "challenge-port",
     {{"The port at which the CA asks could not be opened for the time of "
       "the challenge, so the CA was not asked to look.",
       "See which program has the port (ss -ltnp), and whether "
       "apachectl configtest passes; or write a Listen for it."},
      {"認証局が確認に来るポートをチャレンジの間だけ開くことができなかった"
       "ため、認証局に確認を頼みませんでした。",
       "どのプログラムがそのポートを使っているか (ss -ltnp)、apachectl "
       "configtest が通るかを確かめるか、そのポートの Listen を書いてくださ"
       "い。"}}},
    {EDGE_CAUSE_DISK_FULL,
     "disk-full",
     {{"The disk with ACMEStore is full.",
       "Make room there; the next attempt then goes through."},
      {"ACMEStore のあるディスクがいっぱいです。",
       "空きを作ってください。次の試みで先へ進みます。"}}},
    {EDGE_CAUSE_STORE,
     "store",
     {{"A file that the order needs cannot be read or written, in "
       "ACMEStore or where a directive says.",
       "Check owners and modes of the path that is named, and that its "
       "file system can be written."},
      {"注文に必要なファイルを、ACMEStore またはディレクティブの示すとこ"
       "ろで、読むか書くことができません。",
       "示されたパスの所有者と権限、そのファイルシステムに書けることを確"
       "かめてください。"}}},
    {EDGE_CAUSE_MISFIT,
     "misfit",
     {{"The CA issued a certificate that does not fit what was asked "
       "for; it is not used.",
       "Tell the CA, or choose another ACMEProvider."},
      {"認証局が発行した証明書は、求めたものと合いません。これは使われま"
       "せん。",
       "認証局に知らせるか、ほかの ACMEProvider を選んでください。"}}},
    {EDGE_CAUSE_NOT_DEPLOYED,
     "not-deployed",
     {{"The issued certificate was refused when it was to go live.",
       "See why; another certificate is ordered by itself, a day later."},
      {"発行された証明書は、使い始めるときに拒まれました。",
       "理由を確かめてください。1 日後に、別の証明書がひとりでに注文され"
       "ます。"}}},
    {EDGE_CAUSE_DISCARDED,
     "discarded",
     {{"Somebody discarded the pending certificate.",
       "Nothing needs to be done: another one is ordered a day later, "
       "or at once by acme-edge sign."},
      {"待機中の証明書は、破棄されました。",
       "何もする必要はありません。1 日後、または acme-edge sign ですぐに、"
       "別の証明書が注文されます。"}}},
    {EDGE_CAUSE_OTHER,
     "other",
     {{"The failure is of a kind that is not known here.",
       "See the words of the failure, and the CA's documentation."},
      {"ここでは知られていない種類の失敗です。",
       "失敗の言葉と、認証局の文書を見てください。"}}},
};

const edge_cause_section_t edge_cause_here = {rows,
                                              sizeof(rows) / sizeof(rows[0])};
