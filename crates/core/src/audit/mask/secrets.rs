//! The words that name secrets, written together and in order.

/// What names a secret wherever it stands in a key.
pub(super) const SECRETS: &[&str] = &[
    "accesscode",
    "accesscodes",
    "accesskey",
    "accesskeys",
    "accesstokens",
    "accountkey",
    "accountkeys",
    "adminpass",
    "aeskey",
    "aeskeys",
    "amqpurl",
    "apikey",
    "apikeys",
    "apitokens",
    "authcode",
    "authcodes",
    "authheader",
    "authkey",
    "authkeys",
    "authorization",
    "authorizationcode",
    "authtokens",
    "awskey",
    "awskeys",
    "backupcode",
    "backupcodes",
    "bearer",
    "bearertokens",
    "brokerurl",
    "certificatekey",
    "certificatekeys",
    "certkey",
    "certkeys",
    "clientkey",
    "clientkeys",
    "connectionstr",
    "connectionstring",
    "connectionstrings",
    "connectionuri",
    "connectionuris",
    "connectionurl",
    "connectionurls",
    "connstr",
    "connstring",
    "connuri",
    "connurl",
    "cookie",
    "cookies",
    "credential",
    "credentials",
    "cvc",
    "cvv",
    "databaseuri",
    "databaseuris",
    "databaseurl",
    "databaseurls",
    "dbpass",
    "dburi",
    "dburl",
    "deploykey",
    "deploykeys",
    "devicetokens",
    "dsn",
    "encryptionkey",
    "encryptionkeys",
    "ftppass",
    "gpgkey",
    "gpgkeys",
    "hmac",
    "hmackey",
    "hmackeys",
    "hostkey",
    "hostkeys",
    "idtokens",
    "jdbcurl",
    "jsessionid",
    "jwt",
    "keymaterial",
    "keypair",
    "keypairs",
    "licensekey",
    "licensekeys",
    "masterkey",
    "masterkeys",
    "mfacode",
    "mfacodes",
    "mnemonic",
    "mongodburi",
    "mongodburl",
    "mongouri",
    "mongourl",
    "mysqlpass",
    "mysqlurl",
    "otp",
    "passcode",
    "passcodes",
    "passphrase",
    "passphrases",
    "passwd",
    "password",
    "passwords",
    "pem",
    "pgpass",
    "pgpkey",
    "pgpkeys",
    "phpsessid",
    "postgresqlurl",
    "postgresuri",
    "postgresurl",
    "privatekey",
    "privatekeys",
    "privkey",
    "privkeys",
    "pwd",
    "recoverycode",
    "recoverycodes",
    "redispass",
    "redisuri",
    "redisurl",
    "refreshtokens",
    "rootpass",
    "rsakey",
    "rsakeys",
    "secret",
    "secretid",
    "secretids",
    "secretkey",
    "secretkeybase",
    "secretkeys",
    "secrets",
    "seedphrase",
    "servicekey",
    "servicekeys",
    "session",
    "sessionid",
    "sessionids",
    "sessionkey",
    "sessionkeys",
    "sessiontokens",
    "sharedkey",
    "sharedkeys",
    "signature",
    "signatures",
    "signingkey",
    "signingkeys",
    "smtppass",
    "sshkey",
    "sshkeys",
    "sslkey",
    "sslkeys",
    "streamkey",
    "streamkeys",
    "tlskey",
    "tlskeys",
    "token",
    "totp",
    "userpass",
    "verificationcode",
    "verificationcodes",
];

/// What names a secret where a key ends with it, but for words that may follow a secret: `auth`, `basic_auth`, `pin_code`.
/// Elsewhere it is an ordinary word: `auth_provider`, `pin_message`, `pass_through`.
pub(super) const SECRETS_AT_THE_END: &[&str] =
    &["auth", "csrf", "pass", "pat", "pin", "serviceaccount", "xsrf"];

/// The length of the longest of them.
pub(super) const LONGEST_AT_THE_END: usize = 14;

/// What is no secret although it holds words of one.
pub(super) const HARMLESS: &[&str] = &[
    "certificatepem",
    "certpem",
    "functionsignature",
    "methodsignature",
    "publickeypem",
    "typesignature",
];

/// Ids that open a door: of a session, in most frameworks; of a secret, in Vault.
pub(super) const SECRET_IDS: &[&str] =
    &["jsessionid", "phpsessid", "secretid", "secretids", "sessionid", "sessionids"];

/// What is as secret with something written before it: `dbpassword`, `clientsecret`.
pub(super) const SECRET_ENDS: &[&str] = &[
    "accesskey",
    "apikey",
    "cookie",
    "credential",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "secretkey",
    "token",
];

/// The lengths of the shortest and the longest of [`SECRETS`].
pub(super) const SHORTEST: usize = 3;
pub(super) const LONGEST: usize = 17;

/// The length of the shortest of [`SECRET_ENDS`].
pub(super) const SHORTEST_END: usize = 5;

/// Whether words written together name a secret wherever they stand.
pub(super) fn is_secret(words: &str) -> bool {
    (SHORTEST..=LONGEST).contains(&words.len()) && SECRETS.binary_search(&words).is_ok()
}

/// Whether one word is several that were written together, the last of which is a secret.
pub(super) fn ends_in_a_secret(word: &str) -> bool {
    if word.len() < SHORTEST_END {
        return false;
    }
    let singular = word.strip_suffix('s').filter(|word| !word.ends_with("token")).unwrap_or(word);
    SECRET_ENDS.iter().any(|secret| singular.ends_with(secret))
}

/// What every one of the words above has one of. Most keys have none, and need not be taken apart.
pub(super) fn may_name_a_secret(letters: &[u8]) -> bool {
    (0..letters.len()).any(|at| {
        let rest = &letters[at..];
        let begins = |words: &[&str]| words.iter().any(|word| rest.starts_with(word.as_bytes()));
        match rest[0] {
            b'a' => begins(&["auth"]),
            b'b' => begins(&["bearer"]),
            b'c' => begins(&["code", "conn", "cookie", "credential", "cvc", "cvv"]),
            b'd' => begins(&["dsn"]),
            b'h' => begins(&["hmac"]),
            b'j' => begins(&["jwt"]),
            b'k' => begins(&["key"]),
            b'm' => begins(&["mnemonic"]),
            b'o' => begins(&["otp"]),
            b'p' => begins(&["pass", "pat", "pem", "phrase", "pin", "pwd"]),
            b's' => begins(&["secret", "serviceaccount", "sess", "signature", "srf"]),
            b't' => begins(&["token"]),
            b'u' => begins(&["uri", "url"]),
            _ => false,
        }
    })
}
