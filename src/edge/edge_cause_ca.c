#include "edge_cause_own.h"

/* What a CA wants, or does not want. */
static const edge_cause_row_t rows[] = {
    {EDGE_CAUSE_RATE_LIMIT,
     "rate-limit",
     {{"A rate limit of the CA is used up.",
       "Wait until the CA allows more; fewer certificates, or names "
       "that change less often, stay below the limit."},
      {"認証局の発行回数などの上限に達しました。",
       "認証局が再び許すまで待ってください。証明書を減らすか、名前の変更"
       "を少なくすれば、上限に達しません。"}}},
    {EDGE_CAUSE_PAUSED,
     "paused",
     {{"The CA paused these names for this account after many failures.",
       "Mend the cause of the failures, lift the pause at the address "
       "in the CA's words, then restart httpd gracefully."},
      {"失敗が多く続いたため、認証局はこのアカウントでのこれらの名前の発"
       "行を止めました。",
       "失敗の原因を直し、認証局の言葉にあるアドレスで停止を解除してから、"
       "httpd を graceful で再起動してください。"}}},
    {EDGE_CAUSE_TERMS_CHANGED,
     "terms-changed",
     {{"The CA has new terms of service, and waits until somebody "
       "agrees to them.",
       "Read the terms and agree to them where the CA says, then "
       "restart httpd gracefully."},
      {"認証局の利用規約が新しくなり、誰かが同意するのを待っています。",
       "規約を読み、認証局の示すところで同意してから、httpd を graceful "
       "で再起動してください。"}}},
    {EDGE_CAUSE_TERMS_MISSING,
     "terms-missing",
     {{"The CA opens an account only for those who accept its terms of "
       "service.",
       "Read the terms and write ACMETermsOfService accepted into the "
       "configuration."},
      {"認証局は、利用規約に同意する人にだけアカウントを開きます。",
       "規約を読み、設定に ACMETermsOfService accepted と書いてください。"}}},
    {EDGE_CAUSE_USER_ACTION,
     "user-action",
     {{"The CA wants somebody to do something first.",
       "Do what the CA asks, then restart httpd gracefully."},
      {"認証局は、先に人が何かをすることを求めています。",
       "認証局の求めることをしてから、httpd を graceful で再起動してくだ"
       "さい。"}}},
    {EDGE_CAUSE_EXTERNAL_ACCOUNT,
     "external-account",
     {{"The CA opens accounts only for customers that it knows already.",
       "Get a key identifier and an HMAC key from the CA and write "
       "ACMEExternalAccount with them, or choose another ACMEProvider."},
      {"認証局は、すでに知っている顧客にだけアカウントを開きます。",
       "認証局から鍵識別子と HMAC 鍵をもらって ACMEExternalAccount に書"
       "くか、ほかの ACMEProvider を選んでください。"}}},
    {EDGE_CAUSE_EXTERNAL_REFUSED,
     "external-refused",
     {{"The CA does not accept the credentials of ACMEExternalAccount.",
       "Check the key identifier and the file of ACMEExternalAccount "
       "against what the CA shows; credentials may have been used up, "
       "or have expired: then get new ones. Restart httpd gracefully."},
      {"認証局は、ACMEExternalAccount の資格情報を受け入れません。",
       "ACMEExternalAccount の鍵識別子とファイルを、認証局の示すものと比"
       "べてください。使用済みか期限切れであれば、新しいものをもらってく"
       "ださい。そのあと httpd を graceful で再起動してください。"}}},
    {EDGE_CAUSE_ACCOUNT_UNKNOWN,
     "account-unknown",
     {{"The CA does not know the account any more.",
       "Ask the CA why it dropped the account, or choose another "
       "ACMEProvider."},
      {"認証局は、このアカウントをもう知りません。",
       "なぜアカウントがなくなったのかを認証局に尋ねるか、ほかの "
       "ACMEProvider を選んでください。"}}},
    {EDGE_CAUSE_ACCOUNT_CLOSED,
     "account-closed",
     {{"The account was closed at the CA.",
       "Where nobody here closed it, ask the CA why; to open a new "
       "account, move the provider's directory below accounts/ in "
       "ACMEStore away and restart httpd gracefully."},
      {"このアカウントは、認証局で閉じられています。",
       "こちらで閉じたのでなければ、認証局に理由を尋ねてください。新しい"
       "アカウントを開くには、ACMEStore の accounts/ にあるこのプロバイ"
       "ダーのディレクトリーをほかへ移し、httpd を graceful で再起動して"
       "ください。"}}},
    {EDGE_CAUSE_ACCOUNT_FORBIDDEN,
     "account-forbidden",
     {{"The CA does not let this account order.",
       "Ask the CA why; to open a new account, move the provider's "
       "directory below accounts/ in ACMEStore away and restart httpd "
       "gracefully."},
      {"認証局は、このアカウントでの注文を許していません。",
       "認証局に理由を尋ねてください。新しいアカウントを開くには、"
       "ACMEStore の accounts/ にあるこのプロバイダーのディレクトリーを"
       "ほかへ移し、httpd を graceful で再起動してください。"}}},
    {EDGE_CAUSE_CONTACT_REFUSED,
     "contact-refused",
     {{"The CA does not accept the contact address.", "Correct ACMEEmail."},
      {"認証局は、この連絡先のアドレスを受け入れません。",
       "ACMEEmail を直してください。"}}},
    {EDGE_CAUSE_CONTACT_KIND,
     "contact-kind",
     {{"The CA does not take this kind of contact.", "Correct ACMEEmail."},
      {"認証局は、この種類の連絡先を受け付けません。",
       "ACMEEmail を直してください。"}}},
    {EDGE_CAUSE_PROFILE_REFUSED,
     "profile-refused",
     {{"The CA does not offer the profile to this account.",
       "Choose another ACMEProvider: the module asks for no profile."},
      {"認証局は、このアカウントにこのプロファイルを提供していません。",
       "別の ACMEProvider を選んでください。このモジュールは"
       "プロファイルを指定しません。"}}},
    {EDGE_CAUSE_NAME_REFUSED,
     "name-refused",
     {{"The CA does not issue certificates for the name.",
       "Remove the name from the certificate, or choose another "
       "ACMEProvider."},
      {"認証局は、この名前の証明書を発行しません。",
       "この名前を証明書から外すか、ほかの ACMEProvider を選んでください。"}}},
    {EDGE_CAUSE_NAME_KIND,
     "name-kind",
     {{"The CA does not issue for this kind of name.",
       "Remove the name from the certificate, or choose another "
       "ACMEProvider."},
      {"認証局は、この種類の名前には発行しません。",
       "この名前を証明書から外すか、ほかの ACMEProvider を選んでください。"}}},
    {EDGE_CAUSE_NAME_MALFORMED,
     "name-malformed",
     {{"The CA does not take the name as it is written.",
       "Correct the name in ServerName, ServerAlias or ACMECertificate, "
       "or remove it."},
      {"認証局は、この名前の書き方を受け付けません。",
       "ServerName、ServerAlias、ACMECertificate にあるこの名前を直すか、"
       "取り除いてください。"}}},
    {EDGE_CAUSE_NO_CHALLENGE,
     "no-challenge",
     {{"The CA offers no http-01 challenge for the name.",
       "Choose another ACMEProvider for it."},
      {"認証局は、この名前に http-01 チャレンジを提供していません。",
       "この名前には、ほかの ACMEProvider を選んでください。"}}},
    {EDGE_CAUSE_WILDCARD,
     "wildcard",
     {{"A CA validates wildcards through the DNS alone, which this "
       "version does not do.",
       "Name each host instead of the wildcard."},
      {"ワイルドカードの検証は DNS でしか行われず、この版はそれに対応し"
       "ていません。",
       "ワイルドカードの代わりに、それぞれのホストの名前を書いてください。"}}},
    {EDGE_CAUSE_REQUEST_REFUSED,
     "request-refused",
     {{"The CA does not accept the certificate signing request.",
       "Choose another ACMEKeyType, or remove the name that the CA "
       "objects to."},
      {"認証局は、証明書署名要求を受け入れません。",
       "ほかの ACMEKeyType を選ぶか、認証局が拒む名前を取り除いてくださ"
       "い。"}}},
    {EDGE_CAUSE_KEY_REFUSED,
     "key-refused",
     {{"The CA does not accept the public key.",
       "Choose another ACMEKeyType."},
      {"認証局は、この公開鍵を受け入れません。",
       "ほかの ACMEKeyType を選んでください。"}}},
    {EDGE_CAUSE_ACCOUNT_KEY_REFUSED,
     "account-key-refused",
     {{"The CA does not accept the algorithm of the account key.",
       "Choose another ACMEProvider; this one wants another kind of "
       "account key."},
      {"認証局は、アカウントの鍵のアルゴリズムを受け入れません。",
       "ほかの ACMEProvider を選んでください。この認証局は、別の種類のア"
       "カウント鍵を求めています。"}}},
    {EDGE_CAUSE_NONCES_REFUSED,
     "nonces-refused",
     {{"The CA refused several fresh nonces in a row.",
       "This passes by itself; where it lasts, something between here "
       "and the CA answers from a cache."},
      {"認証局は、新しいノンスを続けて何度も拒みました。",
       "ひとりでに直ります。長く続くなら、認証局との間にあるものがキャッ"
       "シュから答えています。"}}},
    {EDGE_CAUSE_MALFORMED,
     "malformed",
     {{"The CA could not make sense of the request.",
       "Check the names of the certificate; where they are right, "
       "report the CA's words as a bug of this module."},
      {"認証局は、要求を理解できませんでした。",
       "証明書の名前を確かめてください。正しければ、認証局の言葉をこのモ"
       "ジュールの不具合として報告してください。"}}},
    {EDGE_CAUSE_NOT_READY,
     "not-ready",
     {{"The CA was not ready to finalize the order.",
       "This passes by itself."},
      {"認証局は、まだ注文を仕上げられる状態ではありませんでした。",
       "ひとりでに直ります。"}}},
    {EDGE_CAUSE_ORDER_GONE,
     "order-gone",
     {{"The order is gone at the CA, or came to its end there "
       "unfinished.",
       "Nothing needs to be done: a new order is made."},
      {"注文は認証局からなくなったか、終わらないまま期限になりました。",
       "何もする必要はありません。新しい注文が作られます。"}}},
    {EDGE_CAUSE_CA_SLOW,
     "ca-slow",
     {{"The CA takes longer over the order than is waited for at a time.",
       "Nothing needs to be done: the same order is taken up again "
       "later."},
      {"認証局は、一度に待つ時間より長く注文に時間をかけています。",
       "何もする必要はありません。同じ注文を後でまた続けます。"}}},
    {EDGE_CAUSE_CA_QUIET,
     "ca-quiet",
     {{"The CA asked to be left alone for a while.",
       "Nothing needs to be done: the same order is taken up again then."},
      {"認証局は、しばらく要求を送らないように求めました。",
       "何もする必要はありません。その時が来れば、同じ注文を続けます。"}}},
    {EDGE_CAUSE_CA_FAULT,
     "ca-fault",
     {{"The CA has a fault of its own.",
       "This usually passes by itself; the CA's status page tells more."},
      {"認証局の側で障害が起きています。",
       "たいていはひとりでに直ります。詳しくは、認証局の稼働状況のページ"
       "を見てください。"}}},
    {EDGE_CAUSE_ALREADY_REPLACED,
     "already-replaced",
     {{"The certificate was already replaced by another order.",
       "Nothing needs to be done; the order is made again without it."},
      {"この証明書は、すでにほかの注文で置き換えられています。",
       "何もする必要はありません。それを指さない注文が作り直されます。"}}},
    {EDGE_CAUSE_ALREADY_REVOKED,
     "already-revoked",
     {{"The certificate was revoked before.", "Nothing needs to be done."},
      {"この証明書は、すでに失効しています。", "何もする必要はありません。"}}},
    {EDGE_CAUSE_REASON_REFUSED,
     "reason-refused",
     {{"The CA does not accept this reason for a revocation.",
       "Give another reason."},
      {"認証局は、この失効理由を受け入れません。",
       "ほかの理由を指定してください。"}}},
    {EDGE_CAUSE_SEVERAL,
     "several",
     {{"The CA reported several errors at once.", "See each of them."},
      {"認証局は、複数のエラーを一度に知らせました。",
       "それぞれを見てください。"}}},
};

const edge_cause_section_t edge_cause_of_ca = {rows,
                                               sizeof(rows) / sizeof(rows[0])};
