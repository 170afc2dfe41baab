/*
 * ssh_key_samples.h - public keys that ssh-keygen wrote, with the fingerprints that it prints.
 *
 * The private halves were thrown away. The two security keys have the points of the keys above
 * them, since making a real one takes a device; `ssh-keygen -l` reads them.
 */
#ifndef REHOME_TESTS_SSH_KEY_SAMPLES_H
#define REHOME_TESTS_SSH_KEY_SAMPLES_H

#define ED25519_TYPE "ssh-ed25519"
#define ED25519_BASE64 "AAAAC3NzaC1lZDI1NTE5AAAAIG3b5VZBnzeGc6GHi8XtNTCBf7mUIDZvgk8R5I9fhb2w"
#define ED25519_FINGERPRINT "SHA256:ZNF7uTZz9Qz73D12HAwgGu5ztpZCQ14gN9pWE/1oYwg"

#define RSA_2048_TYPE "ssh-rsa"
#define RSA_2048_BASE64                                                                            \
	"AAAAB3NzaC1yc2EAAAADAQABAAABAQDjJ/jz6a669obNbVOiJt1g0Wp+xK0dpAyXcKmws3xYwtyY"             \
	"8A14UMZZE1iUl1wsRVgoZoGFKAEVNTztsTim2RbR5ef/4/J0S1THviKSMg6Cez1ifGVZtrzInrSN"             \
	"Vk0MUnXGvyBJzn7T5OV7sOBzKRrefnXfLh9IHIyHXnaGrNQngp6EaBFSxjqxcfAiVmLOshUcovPt"             \
	"7ZKpQvxmj+UzUsRJRCzbcY3zqSW0o2HrYLqqlTS9dGiIsdXEVJjAsPWlxBAxy1hVu/xxfYUaoh+v"             \
	"ZRjhKPEIRVCEB15jVNj6czg7DVuUfNTImEFW7xZqRIxEPHSx5YNv49sBca8i/guQkSDL"
#define RSA_2048_FINGERPRINT "SHA256:RX9KMRrGi9k0YUIcq+c29ePbXW6MwLD6IFyg5HcZSBg"

#define RSA_4096_TYPE "ssh-rsa"
#define RSA_4096_BASE64                                                                            \
	"AAAAB3NzaC1yc2EAAAADAQABAAACAQCy3OysuDW0OEE9Ax6KhBGvfIDuFUiKXl/AeH441hm31MRI"             \
	"ZdQztaDrObDMZ77LxcNaKHa7sF3e3aKpc1kaPIjruR0JXAjadKtmxxXLRNQKnBAk0FEppz3Kv8Ra"             \
	"x2ubJOY/igmfEWwotI99ycCr9R4Cwhau7qN1D0UJ2PtsYkWjwH5y00EyMmLZzxdk8TSJdVSj/YCk"             \
	"fjFA2WSBl404PvlBYyGnTpTsK0rqhoqK0ZGUtP8sbyn7TBmFdqm32GoQ6jMfFattf++h/6cXXfa9"             \
	"N/T4qfYcKfWar1454viF5UGApQ3yfhW1hYM/N4UCp1+wFoK4Pnz9DmshTUKQGsE51JU+RjV4LcyQ"             \
	"2ByKaSV5WEVhN60fxzDDv1aTtHlhyFlh+zUMwsImY3k8+NtNht3SvzAXp061tyBTJ2Jv8cBj+iC9"             \
	"P3RDL451e5z+Tsq4NDquko/dyxkKAeYwx4eAx053PTx4aBh+fHYYwGXUX2ja1EkbhGYG09y4KFRe"             \
	"RiDNC91deP4rhIQgNd32Y+t6IDWGRY7K7qiiZtjW8YxMTAqUhH05Hsn/1aTQjCHPXNMkTzqKzcA9"             \
	"ESfMvK2/UynGEfjh/Cfi9XVT5BJonaTkJU1Jr0M3B2BS4ZUiyU/ta1VD2hzd3GAG1dGOfjnq3Udk"             \
	"Vr4POJxY97JSCFOvG+fEGY3KF7sG+Q=="
#define RSA_4096_FINGERPRINT "SHA256:Rcll5Y58ALmuRnx3LCuGYHMX43DuWQShVuSuAVaj9vE"

#define RSA_1024_TYPE "ssh-rsa"
#define RSA_1024_BASE64                                                                            \
	"AAAAB3NzaC1yc2EAAAADAQABAAAAgQDXHug9NvsQzc19QrlxceNE5i8IDZCXFOswA6UOOLNIJyG8"             \
	"CkPN38miC5Kp2T56n5Y7sN9IaTN7GcaA5glT4Anf2hMfY4Sa2BUBauzQsPnVKkIv/FozHyplUMIL"             \
	"CociqCISpF1T2uAkgoDFrzzcSranVqPSvfVvXdifjheNL9qOxQ=="
#define RSA_1024_FINGERPRINT "SHA256:9e9JG6DzCsgaRFA/kSytswQvJFK/d+JMKGTD7uOTzp4"

#define ECDSA_256_TYPE "ecdsa-sha2-nistp256"
#define ECDSA_256_BASE64                                                                           \
	"AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBL8aSV2/lepr22VaDS0S+fBg"             \
	"sQ+1PnUfBYEZGO+eOUYQ+sm0A//QKGnLCUI/Dh5yGXpHpvzkqLBG7/9kv3kpYxU="
#define ECDSA_256_FINGERPRINT "SHA256:hpE1t0JNfxfDDMyw9iV0HQ1tEuX4RHm+taAbpRv+2ic"

#define ECDSA_384_TYPE "ecdsa-sha2-nistp384"
#define ECDSA_384_BASE64                                                                           \
	"AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBNfB+aqvAVlP0Y2wAekoOpBw"             \
	"QQwmcft0yw37lU9Tfo2RyxESWZxzirpl4oge9adJduEp0jM0d+eGMTLtcx3u8gFFfNsQC5cKgzqw"             \
	"e2oQtQeDOuOcZFMb0v0ZPxzyVb79mg=="
#define ECDSA_384_FINGERPRINT "SHA256:qii8Y1ubiKuI6gqt0DpeGBPFmkBJJmj7JuV032O6OVc"

#define ECDSA_521_TYPE "ecdsa-sha2-nistp521"
#define ECDSA_521_BASE64                                                                           \
	"AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAFaGXYY+yAOUAtc5AQN8Bbr"             \
	"lo4cS6h+h3FTrn59AoQEEyJvmLheX0/aiuEU3B/i2djspmu8s8ZdPuuD97cVfLA18wEtuh3P8P0q"             \
	"F/5DekzbrEb9bBzCmIVCJihuWK5YJrULNdwWJDB3Aylh+6Iq6R46IrNseBgyojzlwPlHTi2vUkhp"             \
	"5Q=="
#define ECDSA_521_FINGERPRINT "SHA256:Qbj/5NaBglPtqiCDpu2IjFPciYaEELp6H84n1Rfsf4Y"

#define SK_ED25519_TYPE "sk-ssh-ed25519@openssh.com"
#define SK_ED25519_BASE64                                                                          \
	"AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIG3b5VZBnzeGc6GHi8XtNTCBf7mUIDZv"             \
	"gk8R5I9fhb2wAAAABHNzaDo="
#define SK_ED25519_FINGERPRINT "SHA256:/2GvxeBWKFU3wwxmT/KOkVzXwaLlkY8i7vvqKCCPy1A"

#define SK_ECDSA_TYPE "sk-ecdsa-sha2-nistp256@openssh.com"
#define SK_ECDSA_BASE64                                                                            \
	"AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAAIbmlzdHAyNTYAAABBBL8a"             \
	"SV2/lepr22VaDS0S+fBgsQ+1PnUfBYEZGO+eOUYQ+sm0A//QKGnLCUI/Dh5yGXpHpvzkqLBG7/9k"             \
	"v3kpYxUAAAAEc3NoOg=="
#define SK_ECDSA_FINGERPRINT "SHA256:ejzMvh7tZxdypDGdJ4wyj9CZ7j5CBvi+vd+YJevJX4o"

#define DSA_TYPE "ssh-dss"
#define DSA_BASE64                                                                                 \
	"AAAAB3NzaC1kc3MAAACBAJuz4bkTNiC1fT33PBkTJN8azM9Rvtx59UCknTDKPfsNqpcZZzi/Rvw7"             \
	"jLrfyiDmKAiwHGF/emFMrxz4pJZjWx0pcVfC5IhLx3u4nf0w+6XiBquGJdl+X7Nl2f4wLWoA9Kcz"             \
	"KbDDPs4U/MLLsuM7itkgAhnUE0d9AUeF3UTpeixJAAAAFQD+vQ/Lj0htqrt4pDyH5dgWDohPOwAA"             \
	"AIB8VrReF8s1zE00opyBMz/zo7DJuSRyeMrZG25ww33Saiw+vzhMSzsm8oA2moWV76kMjCFH32uO"             \
	"gMLnHW22VAUi5k/A1nvEkHPgxOkc7jSdi3FJ4J1/jjlP1RdWNcmkwWrsWO/f1ArnLs5yTWEYTVGk"             \
	"whqYEaBTuxK830JpX+FqQwAAAIEAmBLv0h5/GKSfXQaK2WeVWFdUJ0I357bXVsdMnPMvwzyFqtpA"             \
	"K3N9JPYf1N6EJ1dSBvdKB+TdBDqlgk5QaeLYZomLtRE6SF21SeXwNCD8nfmf+BbkoFQ+ggK6rBt4"             \
	"qZUz5MC8Oi6v5KxRFjvWQuBCCuOUF4MizXUBd0F2dtNDY1c="
#define DSA_FINGERPRINT "SHA256:8if89umQ7ZAh0YEmtvhSUsMaswR7UyTg/jfwp5Z2Wdk"

#endif
