/* standin_names.h - forced in front of those files of crypto/ that the stand-in keeps: the costly calls of libsodium under other names, which
 * standin.c answers. libsodium's own header, read after this one, declares them. */
#define crypto_core_ristretto255_is_valid_point standin_point_valid
#define crypto_core_ristretto255_add standin_point_add
#define crypto_core_ristretto255_sub standin_point_sub
#define crypto_core_ristretto255_from_hash standin_point_from_hash
#define crypto_scalarmult_ristretto255 standin_point_times
#define crypto_scalarmult_ristretto255_base standin_base_times
#define crypto_scalarmult standin_link_times
#define crypto_scalarmult_base standin_link_base
#define crypto_sign_seed_keypair standin_sign_keypair
#define crypto_sign_detached standin_sign
#define crypto_sign_verify_detached standin_sign_verify
#define crypto_aead_chacha20poly1305_ietf_encrypt standin_seal
#define crypto_aead_chacha20poly1305_ietf_decrypt standin_open
#define crypto_shorthash standin_short
#define crypto_generichash standin_hash
#define crypto_generichash_init standin_hash_init
#define crypto_generichash_update standin_hash_update
#define crypto_generichash_final standin_hash_final
#define crypto_stream_chacha20 standin_stream
#define crypto_stream_chacha20_xor_ic standin_stream_from
#define sodium_stackzero standin_stackzero
